import { formatArn } from '../arns.ts'
import { statesError } from '../errors.ts'
import { compileDefinition } from '../machines/compiled-machines.ts'
import type { MachineRecord, Tag } from '../machines/machine-record.ts'
import { newMachine } from '../machines/new-machine.ts'
import { publishVersion } from '../machines/versions.ts'
import { operation, seconds } from '../operation.ts'
import * as member from '../wire/members.ts'
import { flag, required, structure, type ValueOf } from '../wire/shapes.ts'

const input = structure({
  name: required(member.name),
  definition: required(member.definition),
  roleArn: required(member.arn),
  type: member.machineType,
  loggingConfiguration: member.loggingConfiguration,
  tags: member.tags,
  tracingConfiguration: member.tracingConfiguration,
  publish: flag(),
  versionDescription: member.description,
  encryptionConfiguration: member.encryptionConfiguration,
})

type Input = ValueOf<typeof input>

export const createStateMachine = operation({
  input,
  resource: ({ name }, { scope }) => formatArn(scope, 'stateMachine', name),
  async run(request, context) {
    if (request.versionDescription !== undefined && !request.publish)
      throw statesError('ValidationException', 'Version description can only be set when publish is true')
    const fresh = newMachine({ ...request, tags: request.tags as Tag[] | undefined }, context)
    const { rejectResource, integrations } = context
    await integrations.prepare(request.definition)
    compileDefinition(fresh.definition, { type: fresh.type, rejectResource })
    const existing = context.machines.find(fresh.arn)
    if (existing) return repeatedAnswer(existing, fresh, request)
    const record = request.publish ? publishVersion(fresh, request.versionDescription, fresh.createdAt) : fresh
    await context.machines.save(record)
    return answer(record, request)
  },
})

/** CreateStateMachine is idempotent: a repeat is answered like the first call, a different machine of the same name refused. */
function repeatedAnswer(existing: MachineRecord, fresh: MachineRecord, request: Input): object {
  const same =
    existing.definition === fresh.definition &&
    existing.type === fresh.type &&
    JSON.stringify(existing.logging) === JSON.stringify(fresh.logging) &&
    existing.tracing.enabled === fresh.tracing.enabled
  if (!same) throw statesError('StateMachineAlreadyExists', existing.arn)
  return answer(existing, request)
}

function answer(record: MachineRecord, request: Input): object {
  const version = request.publish ? record.versions.at(-1) : undefined
  return {
    stateMachineArn: record.arn,
    creationDate: seconds(record.createdAt),
    ...(version ? { stateMachineVersionArn: `${record.arn}:${version.version}` } : {}),
  }
}
