import type { Clock } from '../../clock.ts'
import { ServiceError } from '../../http/service-error.ts'
import { retryDelivery } from '../retry-delivery.ts'
import { type BusEvent, type EventEntry, makeEvent, stableEventId } from './event.ts'
import type { EventJournal, JournalEntry } from './event-journal.ts'
import type { EventValue } from './pattern/event-pattern.ts'
import { matchesPattern } from './pattern/match-pattern.ts'
import type { Registry } from './registry.ts'
import type { Rule, RuleTarget } from './rule.ts'
import { deliverToTarget, type TargetCallbacks } from './targets.ts'
import { transformInput } from './transform-input.ts'

export interface EventBusOptions {
  registry: Registry
  journal: EventJournal
  callbacks: TargetCallbacks
  clock: Clock
  region: string
  accountId: string
  newId(): string
  /** Hears of a delivery that was given up. */
  onDropped(problem: DroppedEvent): void
  signal: AbortSignal
}

export interface DroppedEvent {
  event: BusEvent
  rule: string
  target: string
  error: unknown
}

export interface EventBus {
  /** Takes an entry, durably, and answers its id; delivery goes on in the background. */
  accept(entry: EventEntry): string
  /** Delivers an entry of a publisher that keeps an outbox; resolves when every target has it or never will. */
  publish(entry: EventEntry): Promise<void>
  /** Takes up what a crash kept from its targets; call it once everything is deployed. */
  resume(): void
}

const DEFAULT_RETRIES = 185
const DEFAULT_AGE_SECONDS = 86_400

/** Rules that forward to each other's buses must come to an end. */
const MOST_HOPS = 4

/** Matches events with rules and delivers them to targets, with retries. */
export function createEventBus(options: EventBusOptions): EventBus {
  const { journal, registry, clock } = options
  const deliver = async ({ event, bus }: JournalEntry, hops = 0): Promise<void> => {
    const matching = registry.rulesOf(bus).filter((rule) => isTriggered(rule, event))
    const deliveries = matching.flatMap((rule) =>
      rule.targets.map((target) => deliverOnce({ rule, target, event, hops })),
    )
    await Promise.all(deliveries)
  }
  const settleAfter = async (entry: JournalEntry): Promise<void> => {
    await deliver(entry)
    journal.settle(entry.event)
  }
  const deliverOnce = async ({ rule, target, event, hops }: Match): Promise<void> => {
    const context = { ruleName: rule.name, ruleArn: rule.arn, ingestedAt: new Date(clock.now()).toISOString() }
    const text = transformInput(target, event, context)
    const forward = async (busArn: string): Promise<void> => {
      if (hops >= MOST_HOPS) throw new ServiceError('ValidationException', 'The event went around too many buses')
      await deliver({ event, bus: registry.busName(busArn), isOwed: false }, hops + 1)
    }
    const attempt = () => deliverToTarget({ target, roleArn: rule.roleArn, text, forward }, options.callbacks)
    const error = await retryDelivery(attempt, { clock, signal: options.signal, ...retryPolicy(target) })
    if (error !== undefined) options.onDropped({ event, rule: rule.name, target: target.Arn, error })
  }
  const enter = (entry: EventEntry, { id, isOwed }: { id: string; isOwed: boolean }): JournalEntry => {
    const origin = { account: options.accountId, region: options.region, now: clock.now(), id }
    const journaled = { event: makeEvent(entry, origin), bus: registry.busName(entry.eventBusName), isOwed }
    journal.record(journaled)
    return journaled
  }
  return {
    accept(entry) {
      const journaled = enter(entry, { id: options.newId(), isOwed: true })
      void settleAfter(journaled)
      return journaled.event.id
    },
    publish: (entry) => deliver(enter(entry, { id: stableEventId(entry), isOwed: false })),
    resume() {
      for (const entry of journal.owed()) void settleAfter(entry)
    },
  }
}

interface Match {
  rule: Rule
  target: RuleTarget
  event: BusEvent
  hops: number
}

function isTriggered({ isEnabled, pattern, scheduleExpression, arn }: Rule, event: BusEvent): boolean {
  if (isEnabled && scheduleExpression !== undefined && event.source === 'aws.events') return event.resources[0] === arn
  return isEnabled && pattern !== undefined && matchesPattern(pattern, event as unknown as EventValue)
}

function retryPolicy({ RetryPolicy = {} }: RuleTarget): { maximumRetries: number; maximumAge: number } {
  const { MaximumRetryAttempts = DEFAULT_RETRIES, MaximumEventAgeInSeconds = DEFAULT_AGE_SECONDS } = RetryPolicy
  return { maximumRetries: Number(MaximumRetryAttempts), maximumAge: Number(MaximumEventAgeInSeconds) * 1_000 }
}
