import { randomUUID } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import { createJsonService } from '../../http/json-service.ts'
import type { Page } from '../../http/page.ts'
import type { AwsService } from '../../http/service.ts'
import type { EventEntry } from './event.ts'
import { createEventBus, type DroppedEvent } from './event-bus.ts'
import { openEventJournal } from './event-journal.ts'
import { createEventsPage } from './events-page.ts'
import { createOperations } from './operations.ts'
import { startSchedules } from './rate-schedules.ts'
import { createRegistry } from './registry.ts'
import type { RuleProperties } from './rule.ts'
import type { TargetCallbacks } from './targets.ts'

export interface EventsOptions extends TargetCallbacks {
  /** Events are kept in `events.jsonl` in it. */
  dataDirectory: string
  clock: Clock
  region: string
  accountId: string
  /** Hears of a delivery that was given up, which AWS would do in silence. */
  onDropped?: (problem: DroppedEvent) => void
  newId?: () => string
}

/** EventBridge and its ways into the stack. */
export interface Events extends AwsService {
  /** `AWS::Events::EventBus`; answers the ARN. */
  deployEventBus(properties: { Name: string }): string
  /** `AWS::Events::Rule`; answers the ARN. Throws for an invalid pattern, an unknown bus or target. */
  deployRule(properties: RuleProperties): string
  /** For services with an outbox: resolves when all targets have the event or never will. The id depends on the entry only. */
  publish(entry: EventEntry): Promise<void>
  /** Takes up deliveries that a crash interrupted, and starts the schedules; call it once everything is deployed. */
  resume(): void
  /** The last thousand events. */
  page: Page
  close(): Promise<void>
}

/** EventBridge: buses and rules of the template, delivery with retries that survives a crash. */
export function createEvents(options: EventsOptions): Events {
  const { region, accountId, clock, newId = randomUUID, onDropped = () => undefined } = options
  const registry = createRegistry({ region, accountId })
  const journal = openEventJournal(options.dataDirectory)
  const closing = new AbortController()
  const eventBus = createEventBus({
    registry,
    journal,
    callbacks: options,
    clock,
    region,
    accountId,
    newId,
    onDropped,
    signal: closing.signal,
  })
  const operations = createOperations({ registry, eventBus, arnPrefix: `arn:aws:events:${region}:${accountId}` })
  return {
    ...createJsonService({ version: '1.1', operations }),
    deployEventBus: ({ Name }) => registry.addBus(Name),
    deployRule: (properties) => registry.addRule(properties),
    publish: (entry) => eventBus.publish(entry),
    resume() {
      eventBus.resume()
      const rules = registry.buses().flatMap(({ name }) => registry.rulesOf(name))
      startSchedules({ rules, clock, signal: closing.signal, publish: (entry) => eventBus.publish(entry) })
    },
    page: createEventsPage(() => journal.recent()),
    async close() {
      closing.abort()
    },
  }
}
