import { ServiceError } from '../../http/service-error.ts'
import type { RuleTarget } from './rule.ts'

/** Deliveries that other services of the stack make; each resolves once the target has taken responsibility. */
export interface TargetCallbacks {
  /** Hands the event to the function; best resolved only when the function has settled it, so that a crash loses nothing. */
  invokeFunction(functionArn: string, payload: string): Promise<unknown>
  publishToTopic(topicArn: string, message: string): Promise<unknown>
  startExecution(stateMachineArn: string, input: string): Promise<unknown>
  /** Throws when the target's role may not do this; see IAM's `authorizeAs`. */
  authorizeAs?(roleArn: string, action: string, resource: string): void
}

type Kind = 'function' | 'topic' | 'stateMachine' | 'bus'

interface KindOfTarget {
  arn: RegExp
  /** What the target's role must be allowed; functions and topics have policies of their own instead. */
  action?: string
}

const KINDS: Record<Kind, KindOfTarget> = {
  function: { arn: /^arn:aws[\w-]*:lambda:[^:]*:\d*:function:/ },
  topic: { arn: /^arn:aws[\w-]*:sns:[^:]*:\d*:[^:]+$/ },
  stateMachine: { arn: /^arn:aws[\w-]*:states:[^:]*:\d*:stateMachine:/, action: 'states:StartExecution' },
  bus: { arn: /^arn:aws[\w-]*:events:[^:]*:\d*:event-bus\//, action: 'events:PutEvents' },
}

/** What a target's ARN says it is; throws for something the laptop stack cannot deliver to. */
export function kindOfTarget(arn: string): Kind {
  const found = Object.entries(KINDS).find(([, kind]) => kind.arn.test(arn))
  if (found !== undefined) return found[0] as Kind
  throw new ServiceError('ValidationException', `The laptop stack cannot deliver events to the target ${arn}.`)
}

export interface TargetDelivery {
  target: RuleTarget
  /** The role of the rule, for targets without one. */
  roleArn: string | undefined
  text: string
  /** Puts the event on another bus. */
  forward(busArn: string): Promise<unknown>
}

/** One attempt to deliver. */
export async function deliverToTarget(delivery: TargetDelivery, callbacks: TargetCallbacks): Promise<unknown> {
  const { target, text, forward } = delivery
  const kind = kindOfTarget(target.Arn)
  const { action } = KINDS[kind]
  const roleArn = target.RoleArn ?? delivery.roleArn
  if (action !== undefined && roleArn !== undefined) callbacks.authorizeAs?.(roleArn, action, target.Arn)
  const deliver: Record<Kind, () => Promise<unknown>> = {
    function: () => callbacks.invokeFunction(target.Arn, text),
    topic: () => callbacks.publishToTopic(target.Arn, text),
    stateMachine: () => callbacks.startExecution(target.Arn, text),
    bus: () => forward(target.Arn),
  }
  return deliver[kind]()
}
