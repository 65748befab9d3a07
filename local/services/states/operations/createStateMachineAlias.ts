import { parseMachineReference } from '../arns.ts'
import { statesError } from '../errors.ts'
import { requireRoutes, storedRoutes } from '../machines/aliases.ts'
import { compact, operation, seconds } from '../operation.ts'
import * as member from '../wire/members.ts'
import { required, structure, text } from '../wire/shapes.ts'

const aliasName = text({ min: 1, max: 80, pattern: '^(?=.*[a-zA-Z_\\-\\.])[a-zA-Z0-9_\\-\\.]+$' })

export const createStateMachineAlias = operation({
  input: structure({
    description: member.description,
    name: required(aliasName),
    routingConfiguration: required(member.routingConfiguration),
  }),
  resource: ({ routingConfiguration: [route] }) => parseMachineReference(route!.stateMachineVersionArn).machineArn,
  async run({ name, description, routingConfiguration }, { machines, clock }) {
    const machine = requireRoutes(machines, routingConfiguration)
    const routes = storedRoutes(routingConfiguration)
    const arn = `${machine.arn}:${name}`
    const existing = machine.aliases.find((alias) => alias.name === name)
    if (existing) {
      const same = existing.description === description && JSON.stringify(existing.routes) === JSON.stringify(routes)
      if (!same)
        throw statesError(
          'ConflictException',
          `Failed to create alias because an alias with the same name and a different routing configuration already exists.`,
        )
      return { stateMachineAliasArn: arn, creationDate: seconds(existing.createdAt) }
    }
    const at = clock.now()
    const alias = compact({ name, description, routes, createdAt: at, updatedAt: at })
    await machines.save({ ...machine, aliases: [...machine.aliases, alias as (typeof machine.aliases)[number]] })
    return { stateMachineAliasArn: arn, creationDate: seconds(at) }
  },
})
