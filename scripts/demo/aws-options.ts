import type { StackFile } from '../../local/stack-file.ts'

const OPERATOR = { accessKeyId: 'test', secretAccessKey: 'test' }

/** What an SDK client of the stack is made with. */
export function awsOptions(stack: StackFile) {
  return { endpoint: stack.endpoint, region: 'us-east-1', credentials: OPERATOR, forcePathStyle: true }
}
