import { createHash } from 'node:crypto'
import { ServiceError } from '../../http/service-error.ts'
import { parsePattern } from '../events/pattern/parse-pattern.ts'
import { PROTOCOLS, type Protocol, type Subscription, type Topic } from './topic.ts'

/** What a new subscription says. */
export interface SubscriptionInput {
  topicArn: string
  protocol: string
  endpoint: string
  filterPolicy?: unknown
  filterPolicyScope?: string
}

/** Topics and their subscriptions: the template's, and what is added until the stack stops. */
export interface Topics {
  add(name: string, displayName?: string): Topic
  list(): Topic[]
  /** Throws `NotFound`. */
  find(arn: string): Topic
  /** Adds a subscription or finds the same one; throws for a protocol that cannot be served. */
  subscribe(input: SubscriptionInput): Subscription
  unsubscribe(arn: string): void
  subscriptions(topicArn?: string): Subscription[]
  findSubscription(arn: string): Subscription | undefined
}

export function createTopics(arnPrefix: string): Topics {
  const topics = new Map<string, Topic>()
  const subscriptions = new Map<string, Subscription>()
  const find = (arn: string): Topic => {
    const topic = topics.get(arn)
    if (topic === undefined) throw new ServiceError('NotFound', 'Topic does not exist', { statusCode: 404 })
    return topic
  }
  return {
    find,
    add(name, displayName) {
      if (!/^[\w-]{1,256}$/.test(name)) throw new ServiceError('InvalidParameter', 'Invalid parameter: Topic Name')
      const arn = `${arnPrefix}:${name}`
      const topic = { arn, name, displayName: displayName ?? topics.get(arn)?.displayName ?? '' }
      topics.set(arn, topic)
      return topic
    },
    list: () => [...topics.values()],
    subscribe({ topicArn, protocol, endpoint, filterPolicy, filterPolicyScope }) {
      find(topicArn)
      if (!isProtocol(protocol)) {
        const known = PROTOCOLS.join(', ')
        throw new ServiceError(
          'InvalidParameter',
          `Invalid parameter: Protocol ${protocol}; the laptop stack delivers by ${known}`,
        )
      }
      if (endpoint === '') throw new ServiceError('InvalidParameter', 'Invalid parameter: Endpoint')
      const subscription: Subscription = {
        arn: subscriptionArn({ topicArn, protocol, endpoint }),
        topicArn,
        protocol,
        endpoint,
        filterPolicy: filterPolicy === undefined ? undefined : parsePattern(filterPolicy),
        filterPolicyScope: filterPolicyScope === 'MessageBody' ? 'MessageBody' : 'MessageAttributes',
      }
      subscriptions.set(subscription.arn, subscription)
      return subscription
    },
    unsubscribe: (arn) => void subscriptions.delete(arn),
    subscriptions: (topicArn) =>
      [...subscriptions.values()].filter((one) => topicArn === undefined || one.topicArn === topicArn),
    findSubscription: (arn) => subscriptions.get(arn),
  }
}

function isProtocol(protocol: string): protocol is Protocol {
  return (PROTOCOLS as readonly string[]).includes(protocol)
}

/** The same after a restart, which deploys the same subscriptions. */
function subscriptionArn({ topicArn, protocol, endpoint }: SubscriptionInput): string {
  const hash = createHash('sha256').update([topicArn, protocol, endpoint].join('\n')).digest('hex')
  const id = [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)].join('-')
  return `${topicArn}:${id}`
}
