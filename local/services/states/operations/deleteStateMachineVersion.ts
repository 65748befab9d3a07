import { isVersion, parseMachineReference } from '../arns.ts'
import { statesError } from '../errors.ts'
import { operation } from '../operation.ts'
import * as member from '../wire/members.ts'
import { required, structure } from '../wire/shapes.ts'

export const deleteStateMachineVersion = operation({
  input: structure({ stateMachineVersionArn: required(member.longArn) }),
  resource: ({ stateMachineVersionArn }) => parseMachineReference(stateMachineVersionArn).machineArn,
  async run({ stateMachineVersionArn: arn }, { machines }) {
    const { machineArn, qualifier } = parseMachineReference(arn)
    if (qualifier === undefined || !isVersion(qualifier))
      throw statesError('ValidationException', `Not a state machine version ARN: ${arn}`)
    const machine = machines.find(machineArn)
    if (!machine?.versions.some(({ version }) => version === Number(qualifier))) return {}
    const using = machine.aliases.filter(({ routes }) => routes.some(({ versionArn }) => versionArn === arn))
    if (using.length > 0)
      throw statesError(
        'ConflictException',
        `Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [${using.map(({ name }) => name).join(', ')}]`,
      )
    await machines.save({
      ...machine,
      versions: machine.versions.filter(({ version }) => version !== Number(qualifier)),
    })
    return {}
  },
})
