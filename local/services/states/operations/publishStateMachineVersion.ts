import { parseMachineReference } from '../arns.ts'
import { statesError } from '../errors.ts'
import { publishVersion } from '../machines/versions.ts'
import { operation, seconds } from '../operation.ts'
import * as member from '../wire/members.ts'
import { required, structure, text } from '../wire/shapes.ts'

const INITIAL_REVISION = 'INITIAL'

export const publishStateMachineVersion = operation({
  input: structure({
    stateMachineArn: required(member.arn),
    revisionId: text(),
    description: member.description,
  }),
  resource: ({ stateMachineArn }) => stateMachineArn,
  async run({ stateMachineArn, revisionId, description }, { machines, clock }) {
    const existing = machines.require(parseMachineReference(stateMachineArn).machineArn, stateMachineArn)
    const current = existing.revisionId ?? INITIAL_REVISION
    if (revisionId !== undefined && revisionId !== current)
      throw statesError(
        'ConflictException',
        `Failed to publish the State Machine version for revision ${revisionId}. The current State Machine revision is ${current}.`,
      )
    const record = publishVersion(existing, description, clock.now())
    if (record !== existing) await machines.save(record)
    const version = record.versions.at(-1)!
    return {
      creationDate: seconds(version.createdAt),
      stateMachineVersionArn: `${record.arn}:${version.version}`,
    }
  },
})
