import { ServiceError } from '../../http/service-error.ts'
import { parsePattern } from './pattern/parse-pattern.ts'
import type { Rule, RuleProperties } from './rule.ts'
import { kindOfTarget } from './targets.ts'

/** The buses and rules of the template. */
export interface Registry {
  /** Answers the bus's ARN. */
  addBus(name: string): string
  /** Answers the rule's ARN; throws for an invalid pattern, an unknown bus, or a target that cannot be served. */
  addRule(properties: RuleProperties): string
  buses(): Array<{ name: string; arn: string }>
  /** The name of a bus given by name or ARN, `default` for nothing; throws `ResourceNotFoundException`. */
  busName(nameOrArn: string | undefined): string
  rulesOf(bus: string): Rule[]
  /** Throws `ResourceNotFoundException`. */
  findRule(name: string, bus: string): Rule
}

const DEFAULT_BUS = 'default'

export function createRegistry({ region, accountId }: { region: string; accountId: string }): Registry {
  const prefix = `arn:aws:events:${region}:${accountId}`
  const busArn = (name: string): string => `${prefix}:event-bus/${name}`
  const rules = new Map<string, Map<string, Rule>>([[DEFAULT_BUS, new Map()]])

  const busName = (nameOrArn: string = DEFAULT_BUS): string => {
    const name = nameOrArn.replace(/^arn:.*:event-bus\//, '')
    if (!rules.has(name)) throw new ServiceError('ResourceNotFoundException', `Event bus ${name} does not exist.`)
    return name
  }
  return {
    busName,
    addBus(name) {
      if (!rules.has(name)) rules.set(name, new Map())
      return busArn(name)
    },
    addRule(properties) {
      const { Name: name, EventPattern, Targets = [], State = 'ENABLED' } = properties
      const bus = busName(properties.EventBusName)
      for (const { Arn } of Targets) kindOfTarget(Arn)
      const arn = `${prefix}:rule/${bus === DEFAULT_BUS ? '' : `${bus}/`}${name}`
      rules.get(bus)!.set(name, {
        name,
        arn,
        bus,
        description: properties.Description,
        roleArn: properties.RoleArn,
        pattern: EventPattern === undefined ? undefined : parsePattern(EventPattern),
        scheduleExpression: properties.ScheduleExpression,
        isEnabled: State !== 'DISABLED',
        targets: Targets,
      })
      return arn
    },
    buses: () => [...rules.keys()].map((name) => ({ name, arn: busArn(name) })),
    rulesOf: (bus) => [...(rules.get(bus)?.values() ?? [])],
    findRule(name, bus) {
      const rule = rules.get(bus)!.get(name)
      if (rule !== undefined) return rule
      throw new ServiceError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${bus}.`)
    },
  }
}
