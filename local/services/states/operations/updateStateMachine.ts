import { parseMachineReference } from '../arns.ts'
import { statesError } from '../errors.ts'
import { newIdentifier } from '../identifiers.ts'
import { compileDefinition } from '../machines/compiled-machines.ts'
import { requireLogging } from '../machines/logging.ts'
import type { MachineRecord } from '../machines/machine-record.ts'
import { publishVersion } from '../machines/versions.ts'
import { operation, seconds } from '../operation.ts'
import * as member from '../wire/members.ts'
import { flag, required, structure, type ValueOf } from '../wire/shapes.ts'

const input = structure({
  stateMachineArn: required(member.arn),
  definition: member.definition,
  roleArn: member.arn,
  loggingConfiguration: member.loggingConfiguration,
  tracingConfiguration: member.tracingConfiguration,
  publish: flag(),
  versionDescription: member.description,
  encryptionConfiguration: member.encryptionConfiguration,
})

type Input = ValueOf<typeof input>

export const updateStateMachine = operation({
  input,
  resource: ({ stateMachineArn }) => stateMachineArn,
  async run(request, context) {
    const { machineArn, qualifier } = parseMachineReference(request.stateMachineArn)
    if (qualifier !== undefined) throw statesError('StateMachineDoesNotExist', request.stateMachineArn)
    const existing = context.machines.require(machineArn)
    requireSomeChange(request)
    const at = context.clock.now()
    const changed = updatedMachine(existing, request, at)
    const { rejectResource, integrations } = context
    if (request.definition !== undefined) await integrations.prepare(request.definition)
    if (changed.definition !== existing.definition)
      compileDefinition(changed.definition, { type: existing.type, rejectResource })
    const record = request.publish ? publishVersion(changed, request.versionDescription, at) : changed
    if (record !== existing) await context.machines.save(record)
    return answer(record, request, at)
  },
})

function requireSomeChange(request: Input): void {
  const { definition, roleArn, loggingConfiguration, tracingConfiguration, encryptionConfiguration } = request
  const changes = [definition, roleArn, loggingConfiguration, tracingConfiguration, encryptionConfiguration]
  if (changes.every((change) => change === undefined))
    throw statesError(
      'MissingRequiredParameter',
      'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
    )
  if (request.versionDescription !== undefined && !request.publish)
    throw statesError('ValidationException', 'Version description can only be set when publish is true')
}

/** The machine after the update, under a new revision only when something is different. */
export function updatedMachine(
  existing: MachineRecord,
  request: Omit<Input, 'stateMachineArn'>,
  at: number,
): MachineRecord {
  const changed = {
    ...existing,
    definition: request.definition ?? existing.definition,
    roleArn: request.roleArn ?? existing.roleArn,
    logging: request.loggingConfiguration ? requireLogging(request.loggingConfiguration) : existing.logging,
    tracing: request.tracingConfiguration
      ? { enabled: request.tracingConfiguration.enabled ?? false }
      : existing.tracing,
    encryption: request.encryptionConfiguration ?? existing.encryption,
  }
  if (JSON.stringify(changed) === JSON.stringify(existing)) return existing
  return { ...changed, revisionId: newIdentifier(), updatedAt: at }
}

function answer(record: MachineRecord, request: Input, at: number): object {
  const version = request.publish ? record.versions.at(-1) : undefined
  return {
    updateDate: seconds(at),
    ...(record.revisionId === undefined ? {} : { revisionId: record.revisionId }),
    ...(version ? { stateMachineVersionArn: `${record.arn}:${version.version}` } : {}),
  }
}
