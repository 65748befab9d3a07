import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'

// Handlers that behave well or badly on purpose; the tests bundle this file as a Lambda package.

interface Context {
  awsRequestId: string
  functionName: string
  invokedFunctionArn: string
  memoryLimitInMB: string
  logGroupName: string
  getRemainingTimeInMillis(): number
}

let invocations = 0

export async function echo(event: unknown, context: Context): Promise<unknown> {
  console.log('answering %s', context.functionName)
  invocations += 1
  return { event, invocations, context, remaining: context.getRemainingTimeInMillis() }
}

export function answerAtOnce(): string {
  return 'at once'
}

export async function answerNothing(): Promise<void> {}

class CheckpointNotFound extends Error {
  override readonly name = 'CheckpointNotFound'
}

export async function fail({ type }: { type?: string }): Promise<void> {
  if (type === 'text') throw 'just text'
  throw new CheckpointNotFound('there is no checkpoint 7')
}

export async function hang(): Promise<void> {
  console.log('hanging')
  for (;;) {
    // Only terminating the thread ends this.
  }
}

export async function exit({ code }: { code: number }): Promise<void> {
  process.exit(code)
}

export async function reject(): Promise<void> {
  void Promise.reject(new TypeError('nobody waits for me'))
  await new Promise((resolve) => setTimeout(resolve, 60_000))
}

export async function fillMemory(): Promise<number> {
  const kept: unknown[] = []
  for (;;) kept.push(Array.from({ length: 10_000 }, () => Math.random()))
}

export async function circle(): Promise<unknown> {
  const value: Record<string, unknown> = {}
  value.itself = value
  return value
}

export async function large({ bytes }: { bytes: number }): Promise<string> {
  return 'x'.repeat(bytes)
}

export async function environment(): Promise<unknown> {
  const { homedir } = await import('node:os')
  return { env: process.env, cwd: process.cwd(), execArgv: process.execArgv, home: homedir() }
}

export async function print(): Promise<void> {
  console.info('two\nlines')
  console.warn('careful', { of: 'this' })
  console.error(new Error('seen'))
  process.stdout.write('begun ')
  process.stdout.write('and ended\nunfinished')
}

/** Stays until the test's server answers. */
export async function visit({ url }: { url: string }): Promise<string> {
  return await (await fetch(url)).text()
}

export async function failUntilTold({ url }: { url: string }): Promise<string> {
  const told = await (await fetch(url)).text()
  if (told !== 'succeed') throw new Error('not yet')
  return told
}

/** Calls itself through the AWS SDK, as deep as asked. */
export async function recurse({ depth }: { depth: number }, context: Context): Promise<string> {
  if (depth === 0) return 'bottom'
  const client = new LambdaClient({ maxAttempts: 1 })
  const Payload = JSON.stringify({ depth: depth - 1 })
  const { Payload: answer } = await client.send(new InvokeCommand({ FunctionName: context.functionName, Payload }))
  return `${depth} ${JSON.parse(Buffer.from(answer!).toString())}`
}

export function takeCallback(
  event: unknown,
  _context: Context,
  callback: (error: unknown, result?: unknown) => void,
): void {
  setImmediate(() => callback(null, { event, by: 'callback' }))
}

interface CustomResourceEvent {
  RequestType: string
  ResponseURL: string
  PhysicalResourceId?: string
  OldResourceProperties?: unknown
  ResourceProperties: { Answer?: string; ReportTo?: string }
}

/** A custom resource that answers what its property `Answer` says, and reports its events to a server of the test. */
export async function provide(event: CustomResourceEvent): Promise<void> {
  const { Answer = 'SUCCESS', ReportTo } = event.ResourceProperties
  if (ReportTo !== undefined) await fetch(ReportTo, { method: 'POST', body: JSON.stringify(event) })
  if (Answer === 'silence') return
  if (Answer === 'throw') throw new Error('no luck')
  await fetch(event.ResponseURL, {
    method: 'PUT',
    body: JSON.stringify({ Status: Answer, Reason: 'the table is gone', PhysicalResourceId: 'first-account' }),
  })
}
