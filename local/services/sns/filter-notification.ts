import type { EventValue } from '../events/pattern/event-pattern.ts'
import { matchesPattern } from '../events/pattern/match-pattern.ts'
import type { MessageAttribute, Notification, Subscription } from './topic.ts'

/** Whether a subscription's filter policy, if it has one, lets a message through. */
export function passesFilterPolicy(
  { filterPolicy, filterPolicyScope }: Subscription,
  notification: Notification,
): boolean {
  if (filterPolicy === undefined) return true
  const subject =
    filterPolicyScope === 'MessageBody' ? parse(notification.message) : attributeValues(notification.attributes)
  return subject !== undefined && matchesPattern(filterPolicy, subject)
}

function attributeValues(attributes: Record<string, MessageAttribute>): EventValue {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { Type, Value }]) => [name, attributeValue(Type, Value)]),
  )
}

function attributeValue(type: string, value: string): EventValue {
  if (type.startsWith('Number')) return Number(value)
  return type.startsWith('String.Array') ? (parse(value) ?? value) : value
}

function parse(text: string): EventValue | undefined {
  try {
    return JSON.parse(text) as EventValue
  } catch {
    return undefined
  }
}
