import type { JsonObject, JsonOperation } from '../../http/json-service.ts'
import type { ServiceRequest } from '../../http/service.ts'
import { ServiceError } from '../../http/service-error.ts'
import type { EventBus } from './event-bus.ts'
import type { EventValue } from './pattern/event-pattern.ts'
import { matchesPattern } from './pattern/match-pattern.ts'
import { parsePattern } from './pattern/parse-pattern.ts'
import { type EntryResult, readEntries, readEntry } from './put-events.ts'
import type { Registry } from './registry.ts'
import type { Rule } from './rule.ts'

export interface OperationsOptions {
  registry: Registry
  eventBus: EventBus
  /** `arn:aws:events:<region>:<account>` */
  arnPrefix: string
}

/** The operations of EventBridge that the laptop stack serves. */
export function createOperations({ registry, eventBus, arnPrefix }: OperationsOptions): Record<string, JsonOperation> {
  const accept = (entry: JsonObject): EntryResult => {
    const read = readEntry(entry)
    if ('ErrorCode' in read) return read
    try {
      return { EventId: eventBus.accept(read) }
    } catch (thrown) {
      // AWS takes events for a bus that does not exist and loses them; here somebody wants to know.
      if (!(thrown instanceof ServiceError)) throw thrown
      return { ErrorCode: thrown.code, ErrorMessage: thrown.message }
    }
  }
  const ruleOf = ({ Name, Rule, EventBusName }: JsonObject, action: string, request: ServiceRequest): Rule => {
    const bus = registry.busName(textOf(EventBusName))
    const name = textOf(Name) ?? textOf(Rule) ?? ''
    request.authorize(`events:${action}`, `${arnPrefix}:rule/${bus === 'default' ? '' : `${bus}/`}${name}`)
    return registry.findRule(name, bus)
  }
  return {
    PutEvents(input, request) {
      const entries = readEntries(input)
      for (const { EventBusName } of entries) {
        const bus = (textOf(EventBusName) ?? 'default').replace(/^arn:.*:event-bus\//, '')
        request.authorize('events:PutEvents', `${arnPrefix}:event-bus/${bus}`)
      }
      const results = entries.map(accept)
      return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results }
    },
    ListEventBuses({ NamePrefix }, request) {
      request.authorize('events:ListEventBuses', '*')
      const buses = registry.buses().filter(({ name }) => name.startsWith(textOf(NamePrefix) ?? ''))
      return { EventBuses: buses.map(({ name, arn }) => ({ Name: name, Arn: arn })) }
    },
    DescribeEventBus({ Name }, request) {
      const name = registry.busName(textOf(Name))
      request.authorize('events:DescribeEventBus', `${arnPrefix}:event-bus/${name}`)
      return { Name: name, Arn: `${arnPrefix}:event-bus/${name}` }
    },
    ListRules({ NamePrefix, EventBusName }, request) {
      request.authorize('events:ListRules', '*')
      const rules = registry.rulesOf(registry.busName(textOf(EventBusName)))
      return { Rules: rules.filter(({ name }) => name.startsWith(textOf(NamePrefix) ?? '')).map(describe) }
    },
    DescribeRule: (input, request) => describe(ruleOf(input, 'DescribeRule', request)),
    ListTargetsByRule: (input, request) => ({ Targets: ruleOf(input, 'ListTargetsByRule', request).targets }),
    TestEventPattern({ EventPattern, Event }, request) {
      request.authorize('events:TestEventPattern', '*')
      return { Result: matchesPattern(parsePattern(EventPattern), parseEvent(Event)) }
    },
  }
}

function describe(rule: Rule): object {
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventBusName: rule.bus,
    State: rule.isEnabled ? 'ENABLED' : 'DISABLED',
    Description: rule.description,
    RoleArn: rule.roleArn,
    ScheduleExpression: rule.scheduleExpression,
    EventPattern: rule.pattern && JSON.stringify(rule.pattern),
  }
}

function parseEvent(text: unknown): EventValue {
  try {
    return JSON.parse(String(text)) as EventValue
  } catch {
    throw new ServiceError('ValidationException', 'Parameter Event is not valid.')
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
