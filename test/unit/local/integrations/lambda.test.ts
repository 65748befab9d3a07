import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import type { FunctionAnswer, IntegrationPorts, ServiceCall } from '../../../../local/integrations/integration.ts'
import { createFunctionCaller, createLambdaActions } from '../../../../local/integrations/lambda.ts'
import type { JsonObject } from '../../../../local/interpreter/contract.ts'
import { createManualClock } from '../../../support/manual-clock.ts'

const arn = 'arn:aws:lambda:us-east-1:000000000000:function:plan'
const { signal } = new AbortController()

function portsWith(changes: Partial<IntegrationPorts>): IntegrationPorts {
  return {
    clock: createManualClock(0),
    region: 'us-east-1',
    accountId: '000000000000',
    endpoint: '',
    credentialsFor: () => ({ accessKeyId: '', secretAccessKey: '' }),
    authorizeAs: () => undefined,
    invokeFunction: async (functionArn, payload) => ({ payload: JSON.stringify({ functionArn, payload }) }),
    executions: {} as IntegrationPorts['executions'],
    ...changes,
  }
}

async function failureOf(promise: Promise<unknown>): Promise<Error & { error?: string }> {
  return (await promise.then(
    () => new Error('nothing failed'),
    (error: unknown) => error,
  )) as Error
}

function invoke(parameters: JsonObject, ports = portsWith({})) {
  const call: ServiceCall = {
    service: 'lambda',
    action: 'invoke',
    parameters,
    roleArn: 'role',
    executionArn: '',
    stateMachineArn: '',
    signal,
  }
  return createLambdaActions(ports, createFunctionCaller(ports)).invoke!.call(call) as Promise<JsonObject>
}

describe('Invoking Lambda functions from a machine', () => {
  const names: [JsonObject, string][] = [
    [{ FunctionName: 'plan' }, arn],
    [{ FunctionName: arn }, arn],
    [{ FunctionName: '000000000000:function:plan' }, arn],
    [{ FunctionName: 'plan', Qualifier: '7' }, `${arn}:7`],
  ]
  for (const [parameters, expected] of names)
    it(`finds ${JSON.stringify(parameters)}`, async () => {
      const { Payload } = await invoke({ ...parameters, Payload: [1] })
      expect(Payload).to.deep.equal({ functionArn: expected, payload: '[1]' })
    })

  it('sends an empty object when there is no payload', async () => {
    expect((await invoke({ FunctionName: 'plan' })).Payload).to.have.property('payload', '{}')
  })

  it('does not wait for events', async () => {
    let release!: (answer: FunctionAnswer) => void
    const answer = new Promise<FunctionAnswer>((resolve) => {
      release = resolve
    })
    const ports = portsWith({ invokeFunction: () => answer })
    expect(await invoke({ FunctionName: 'plan', InvocationType: 'Event' }, ports)).to.include({ StatusCode: 202 })
    release({ payload: '' })
  })

  it('names a failure after the type of the error, and anything unreadable Lambda.Unknown', async () => {
    const failing = (payload: string) =>
      portsWith({ invokeFunction: async () => ({ payload, functionError: 'Unhandled' }) })
    const typed = '{"errorType":"InputChanged","errorMessage":"m"}'
    expect(await failureOf(invoke({ FunctionName: 'plan' }, failing(typed)))).to.include({
      error: 'InputChanged',
      message: typed,
    })
    for (const payload of ['', '"text"', 'null', '{}'])
      expect(await failureOf(invoke({ FunctionName: 'plan' }, failing(payload)))).to.include({
        error: 'Lambda.Unknown',
      })
  })

  const refusals: [object, string][] = [
    [{ code: 'ResourceNotFoundException' }, 'Lambda.ResourceNotFoundException'],
    [{ code: 'TooManyRequestsException' }, 'Lambda.TooManyRequestsException'],
    [{ name: 'AccessDeniedError' }, 'Lambda.AWSLambdaException'],
    [{}, 'Lambda.ServiceException'],
  ]
  for (const [members, error] of refusals)
    it(`calls the refusal ${JSON.stringify(members)} ${error}`, async () => {
      const ports = portsWith({ invokeFunction: () => Promise.reject(Object.assign(new Error('no'), members)) })
      expect(await failureOf(invoke({ FunctionName: 'plan' }, ports))).to.include({ error })
    })

  describe('that the stack does not have', () => {
    let server: Server
    let ports: IntegrationPorts
    let answer: { status: number; headers: Record<string, string>; body: string }
    let asked: string[]

    beforeEach(async () => {
      asked = []
      answer = { status: 200, headers: {}, body: '{"far":true}' }
      server = createServer((request, response) => {
        asked.push(request.url!)
        response.writeHead(answer.status, answer.headers).end(answer.body)
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const lambdaEndpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const notFound = Object.assign(new Error('no'), { code: 'ResourceNotFoundException' })
      ports = portsWith({ lambdaEndpoint, invokeFunction: () => Promise.reject(notFound) })
    })
    afterEach(() => {
      server.closeAllConnections()
      server.close()
    })

    it('asks the other endpoint', async () => {
      expect((await invoke({ FunctionName: 'plan' }, ports)).Payload).to.deep.equal({ far: true })
      expect(asked).to.deep.equal([`/2015-03-31/functions/${encodeURIComponent(arn)}/invocations`])
    })

    it('takes its errors for errors of the function', async () => {
      answer = { status: 200, headers: { 'x-amz-function-error': 'Unhandled' }, body: '{"errorType":"Far"}' }
      expect(await failureOf(invoke({ FunctionName: 'plan' }, ports))).to.include({ error: 'Far' })
    })

    it('tells of functions that it does not have either, and of its own failures', async () => {
      answer = { status: 404, headers: {}, body: '{}' }
      expect(await failureOf(invoke({ FunctionName: 'plan' }, ports))).to.include({
        error: 'Lambda.ResourceNotFoundException',
      })
      answer = { status: 500, headers: {}, body: '{}' }
      expect(await failureOf(invoke({ FunctionName: 'plan' }, ports))).to.include({ error: 'Lambda.ServiceException' })
    })

    it('says when it cannot be reached', async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      expect(await failureOf(invoke({ FunctionName: 'plan' }, ports))).to.include({
        error: 'Lambda.SdkClientException',
      })
    })
  })
})
