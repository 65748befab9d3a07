import type { ErrorReport } from '../runtime/messages.ts'

/** How the sandbox around a function can fail, as against the function's own code. */
export type SandboxFailure =
  | { kind: 'timeout'; seconds: number }
  | { kind: 'exit'; code: number }
  | { kind: 'out-of-memory' }

type Describe<Kind> = (failure: Extract<SandboxFailure, { kind: Kind }>) => { errorType: string; text: string }

const DESCRIPTIONS: { [Kind in SandboxFailure['kind']]: Describe<Kind> } = {
  timeout: ({ seconds }) => ({
    errorType: 'Sandbox.Timedout',
    text: `Task timed out after ${seconds.toFixed(2)} seconds`,
  }),
  exit: ({ code }) => ({
    errorType: 'Runtime.ExitError',
    text: code === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: exit status ${code}`,
  }),
  'out-of-memory': () => ({
    errorType: 'Runtime.OutOfMemory',
    text: 'Runtime exited with error: signal: killed',
  }),
}

/** What Lambda answers when the sandbox fails. */
export function describeFailure(failure: SandboxFailure, requestId: string): ErrorReport {
  const { errorType, text } = (DESCRIPTIONS[failure.kind] as Describe<SandboxFailure['kind']>)(failure)
  return { errorType, errorMessage: `RequestId: ${requestId} Error: ${text}` }
}
