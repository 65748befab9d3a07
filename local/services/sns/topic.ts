import type { EventPattern } from '../events/pattern/event-pattern.ts'

export interface Topic {
  arn: string
  name: string
  displayName: string
}

/** Protocols the laptop stack delivers by. */
export const PROTOCOLS = ['email', 'email-json', 'lambda'] as const

export type Protocol = (typeof PROTOCOLS)[number]

export interface Subscription {
  arn: string
  topicArn: string
  protocol: Protocol
  endpoint: string
  filterPolicy: EventPattern | undefined
  filterPolicyScope: 'MessageAttributes' | 'MessageBody'
}

export interface MessageAttribute {
  Type: string
  Value: string
}

/** A message on its way from a topic to its subscriptions. */
export interface Notification {
  messageId: string
  topic: Topic
  subject: string | undefined
  message: string
  /** The message for each protocol, where `MessageStructure` is json. */
  messages: Record<string, string>
  attributes: Record<string, MessageAttribute>
  /** ISO 8601. */
  timestamp: string
}
