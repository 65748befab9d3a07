/** What the merge routes work on. */
export interface MergesContext {
  mergesTable: string
  machineArn: string
  apiUrl: string
}

/** The ARN of the machine's execution with this name. */
export function executionArnOf({ machineArn }: MergesContext, id: string): string {
  return `${machineArn.replace(':stateMachine:', ':execution:')}:${id}`
}
