import type { MachineRecord, MachineRevision } from './machine-record.ts'
import { variableReferences } from './variable-references.ts'

const DEFAULTS: Pick<MachineRecord, 'logging' | 'tracing' | 'encryption'> = {
  logging: { level: 'OFF', includeExecutionData: false },
  tracing: { enabled: false },
  encryption: { type: 'AWS_OWNED_KEY' },
}

/** The members that DescribeStateMachine and DescribeStateMachineForExecution share; the machine itself may be gone. */
export function describeRevision(
  machine: Pick<MachineRecord, 'logging' | 'tracing' | 'encryption'> = DEFAULTS,
  revision: MachineRevision,
): Record<string, unknown> {
  const references = variableReferences(revision.definition)
  return {
    definition: revision.definition,
    roleArn: revision.roleArn,
    loggingConfiguration: machine.logging,
    tracingConfiguration: machine.tracing,
    encryptionConfiguration: machine.encryption,
    revisionId: revision.revisionId,
    variableReferences: Object.keys(references).length > 0 ? references : undefined,
  }
}
