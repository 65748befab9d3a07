import { findAccount } from '../../shared/accounts/find-account.ts'
import { requireEnv } from '../../shared/env.ts'
import { toAuthorizerContext } from '../../shared/http/caller.ts'
import { log } from '../../shared/log.ts'
import { authorize, type Decision } from './authorize.ts'

/** The parts of a REQUEST authorizer's event that are read here; the API key in its headers is never looked at. */
export interface AuthorizerEvent {
  methodArn: string
  httpMethod: string
  resource: string
  headers?: Record<string, string | undefined> | null
}

/** A policy for one method, with what the gateway tells the client or the next function. */
export interface AuthorizerAnswer {
  principalId: string
  policyDocument: { Version: string; Statement: { Action: string; Effect: 'Allow' | 'Deny'; Resource: string }[] }
  context: Record<string, string>
}

type Settled = Exclude<Decision, { effect: 'Unauthorized' }>

const accountsTable = requireEnv('ACCOUNTS_TABLE')

/** Lets a call through, denies it (403 with the context's message), or throws `Unauthorized`, which the gateway answers with 401. */
export async function handler(event: AuthorizerEvent): Promise<AuthorizerAnswer> {
  const route = `${event.httpMethod} ${event.resource}`
  const decision = await authorize(route, usernameOf(event), (username) => findAccount(accountsTable, username))
  log.info('Call judged', { route, effect: decision.effect })
  // API Gateway answers 401 to exactly this message and 500 to any other failure.
  if (decision.effect === 'Unauthorized') throw new Error('Unauthorized')
  return policyFor(event.methodArn, decision)
}

function usernameOf(event: AuthorizerEvent): string | undefined {
  const header = Object.entries(event.headers ?? {}).find(([name]) => name.toLowerCase() === 'username')
  return header?.[1]?.trim() || undefined
}

function policyFor(methodArn: string, decision: Settled): AuthorizerAnswer {
  const context = contextFor(decision)
  return {
    principalId: context.username || 'api-key',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: decision.effect, Resource: methodArn }],
    },
    context,
  }
}

function contextFor(decision: Settled): Record<string, string> & { username: string } {
  if (decision.effect === 'Allow') return { ...toAuthorizerContext(decision.caller), message: 'Allowed' }
  const { username, message, permissionsRequired } = decision
  return { username, message, permissionsRequired: permissionsRequired.join(' ') }
}
