import { isVersion, parseMachineReference } from '../arns.ts'
import type { StatesContext } from '../context.ts'
import { statesError } from '../errors.ts'
import { describeRevision } from '../machines/describe-revision.ts'
import type { MachineRecord, MachineVersion } from '../machines/machine-record.ts'
import { compact, operation, seconds } from '../operation.ts'
import * as member from '../wire/members.ts'
import { required, structure } from '../wire/shapes.ts'

export const describeStateMachine = operation({
  input: structure({ stateMachineArn: required(member.arn), includedData: member.includedData }),
  resource: ({ stateMachineArn }) => stateMachineArn,
  run({ stateMachineArn, includedData }, context) {
    const { machine, version } = describedMachine(stateMachineArn, context)
    const answer = compact({
      stateMachineArn,
      name: machine.name,
      status: 'ACTIVE',
      type: machine.type,
      creationDate: seconds(version?.createdAt ?? machine.createdAt),
      description: version?.description,
      ...describeRevision(machine, version ?? machine),
    })
    return includedData === 'METADATA_ONLY' ? { ...answer, definition: '' } : answer
  },
})

function describedMachine(
  arn: string,
  { machines }: StatesContext,
): { machine: MachineRecord; version?: MachineVersion } {
  const { machineArn, qualifier } = parseMachineReference(arn)
  const machine = machines.require(machineArn, arn)
  if (qualifier === undefined) return { machine }
  const number = isVersion(qualifier) ? qualifier : aliasedVersion(machine, qualifier)
  const version = machine.versions.find((one) => one.version === Number(number))
  if (!version) throw statesError('StateMachineDoesNotExist', arn)
  return { machine, version }
}

/** An alias is described as the version that gets most of its executions. */
function aliasedVersion(machine: MachineRecord, name: string): string | undefined {
  const routes = machine.aliases.find((alias) => alias.name === name)?.routes ?? []
  const [first] = [...routes].sort((a, b) => b.weight - a.weight)
  return first?.versionArn.split(':').at(-1)
}
