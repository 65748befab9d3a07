import { statesError } from '../errors.ts'
import { requireAlias, requireRoutes, storedRoutes } from '../machines/aliases.ts'
import { operation, seconds } from '../operation.ts'
import * as member from '../wire/members.ts'
import { required, structure } from '../wire/shapes.ts'

export const updateStateMachineAlias = operation({
  input: structure({
    stateMachineAliasArn: required(member.arn),
    description: member.description,
    routingConfiguration: member.routingConfiguration,
  }),
  resource: ({ stateMachineAliasArn }) => stateMachineAliasArn,
  async run({ stateMachineAliasArn, description, routingConfiguration }, { machines, clock }) {
    const { machine, alias } = requireAlias(machines, stateMachineAliasArn)
    if (description === undefined && routingConfiguration === undefined)
      throw statesError('ValidationException', 'Either description or routingConfiguration must be specified')
    if (routingConfiguration && requireRoutes(machines, routingConfiguration).arn !== machine.arn)
      throw statesError(
        'ValidationException',
        'Routing configuration must contain versions of the state machine of the alias.',
      )
    const updatedAt = clock.now()
    const changed = {
      ...alias,
      ...(description === undefined ? {} : { description }),
      ...(routingConfiguration === undefined ? {} : { routes: storedRoutes(routingConfiguration) }),
      updatedAt,
    }
    await machines.save({ ...machine, aliases: machine.aliases.map((one) => (one === alias ? changed : one)) })
    return { updateDate: seconds(updatedAt) }
  },
})
