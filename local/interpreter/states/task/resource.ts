import type { TaskPattern, TaskResource } from '../../contract.ts'

const LAMBDA = /^arn:[\w-]+:lambda:[\w-]*:[\w-]*:function:[\w-]+(?::[\w$-]+)?$/
const ACTIVITY = /^arn:[\w-]+:states:[\w-]*:[\w-]*:activity:[^\s:]+$/
const SERVICE = /^arn:[\w-]+:states:[\w-]*:\d*:(aws-sdk:[\w-]+|[\w-]+):(\w+)(\.\w+(?::\d+)?)?$/

const PATTERNS: Readonly<Record<string, TaskPattern>> = {
  '': 'requestResponse',
  '.sync': 'sync',
  '.sync:2': 'sync:2',
  '.waitForTaskToken': 'waitForTaskToken',
}

/** Takes a Task's Resource apart, or answers undefined when it is no ARN of a kind Step Functions knows. */
export function parseResource(arn: string): TaskResource | undefined {
  if (LAMBDA.test(arn)) return { kind: 'lambda', arn }
  if (ACTIVITY.test(arn)) return { kind: 'activity', arn }
  const [, service, action, suffix = ''] = SERVICE.exec(arn) ?? []
  const pattern = Object.hasOwn(PATTERNS, suffix) ? PATTERNS[suffix] : undefined
  if (service === undefined || action === undefined || pattern === undefined) return undefined
  return { kind: 'service', arn, service, action, pattern }
}

/** `sendMessage.waitForTaskToken`: the resource as history events name it. */
export function resourceName({ action, pattern }: Extract<TaskResource, { kind: 'service' }>): string {
  return pattern === 'requestResponse' ? action : `${action}.${pattern}`
}
