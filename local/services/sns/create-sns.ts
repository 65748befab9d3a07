import { randomUUID } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import { createQueryService } from '../../http/query-service.ts'
import type { AwsService } from '../../http/service.ts'
import { retryDelivery } from '../retry-delivery.ts'
import { type DeliveryCallbacks, deliverNotification } from './deliveries.ts'
import { passesFilterPolicy } from './filter-notification.ts'
import { createOperations } from './operations.ts'
import { checkPublish, type PublishInput } from './read-publish.ts'
import type { Notification, Subscription } from './topic.ts'
import { createTopics } from './topics.ts'

export interface SnsOptions extends DeliveryCallbacks {
  clock: Clock
  region: string
  accountId: string
  /** Hears of a delivery that was given up. */
  onDropped?: (problem: DroppedNotification) => void
  newId?: () => string
}

export interface DroppedNotification {
  notification: Notification
  subscription: Subscription
  error: unknown
}

/** `AWS::SNS::Topic`, references resolved. */
export interface TopicProperties {
  TopicName: string
  DisplayName?: string
  Subscription?: Array<{ Protocol: string; Endpoint: string }>
}

/** `AWS::SNS::Subscription`, references resolved. */
export interface SubscriptionProperties {
  TopicArn: string
  Protocol: string
  Endpoint: string
  FilterPolicy?: object | string
  FilterPolicyScope?: string
}

/** SNS and its ways into the stack. */
export interface Sns extends AwsService {
  /** Answers the ARN. */
  deployTopic(properties: TopicProperties): string
  /** Answers the ARN; nobody has to confirm it. */
  deploySubscription(properties: SubscriptionProperties): string
  /** Resolves with the message id once every subscription has had its first attempt; mails are then in the mailbox. */
  publish(input: PublishInput): Promise<string>
  close(): Promise<void>
}

const RETRIES = 10
const LONGEST_RETRY = 3_600_000

/** SNS that mails into the mailbox and invokes functions. */
export function createSns(options: SnsOptions): Sns {
  const { clock, region, accountId, newId = randomUUID, onDropped = () => undefined } = options
  const arnPrefix = `arn:aws:sns:${region}:${accountId}`
  const topics = createTopics(arnPrefix)
  const closing = new AbortController()

  const policy = { clock, signal: closing.signal, maximumRetries: RETRIES, maximumAge: LONGEST_RETRY }
  /** Resolves after the first attempt: SNS has taken the message, and its publisher does not wait for retries. */
  const deliver = (notification: Notification, subscription: Subscription): Promise<void> =>
    new Promise((resolve) => {
      const attempt = () => deliverNotification(notification, subscription, options).finally(resolve)
      void retryDelivery(attempt, policy).then((error) => {
        if (error !== undefined) onDropped({ notification, subscription, error })
      })
    })
  const publish = async (input: PublishInput): Promise<string> => {
    const messages = checkPublish(input)
    const topic = topics.find(input.topicArn)
    const { message, subject, attributes = {} } = input
    const timestamp = new Date(clock.now()).toISOString()
    const notification: Notification = { messageId: newId(), topic, subject, message, messages, attributes, timestamp }
    const subscriptions = topics.subscriptions(topic.arn).filter((one) => passesFilterPolicy(one, notification))
    await Promise.all(subscriptions.map((subscription) => deliver(notification, subscription)))
    return notification.messageId
  }
  const service = createQueryService({
    namespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
    accessDeniedCode: 'AuthorizationError',
    operations: createOperations({ topics, publish, arnPrefix, accountId }),
  })
  const deploySubscription: Sns['deploySubscription'] = ({
    TopicArn,
    Protocol,
    Endpoint,
    FilterPolicy,
    FilterPolicyScope,
  }) =>
    topics.subscribe({
      topicArn: TopicArn,
      protocol: Protocol,
      endpoint: Endpoint,
      ...(FilterPolicy !== undefined && { filterPolicy: FilterPolicy }),
      ...(FilterPolicyScope !== undefined && { filterPolicyScope: FilterPolicyScope }),
    }).arn
  return {
    ...service,
    publish,
    deploySubscription,
    deployTopic({ TopicName, DisplayName, Subscription = [] }) {
      const { arn } = topics.add(TopicName, DisplayName)
      for (const { Protocol, Endpoint } of Subscription) deploySubscription({ TopicArn: arn, Protocol, Endpoint })
      return arn
    },
    async close() {
      closing.abort()
    },
  }
}
