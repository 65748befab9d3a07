/** The ARN of a machine's execution: an execution has the id of its record for a name. */
export function executionArnOf(machineArn: string, id: string): string {
  return `${machineArn.replace(':stateMachine:', ':execution:')}:${id}`
}
