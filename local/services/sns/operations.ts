import { needParameter, type QueryOperation, readEntries } from '../../http/query-service.ts'
import { toXml, toXmlMap } from '../../http/xml.ts'
import { type PublishInput, readPublish } from './read-publish.ts'
import type { Subscription } from './topic.ts'
import type { Topics } from './topics.ts'

export interface OperationsOptions {
  topics: Topics
  publish(input: PublishInput): Promise<string>
  /** `arn:aws:sns:<region>:<account>` */
  arnPrefix: string
  accountId: string
}

/** The operations of SNS that the laptop stack serves. */
export function createOperations({
  topics,
  publish,
  arnPrefix,
  accountId,
}: OperationsOptions): Record<string, QueryOperation> {
  const describe = ({ arn, topicArn, protocol, endpoint }: Subscription) => ({
    SubscriptionArn: arn,
    Owner: accountId,
    Protocol: protocol,
    Endpoint: endpoint,
    TopicArn: topicArn,
  })
  return {
    async Publish(parameters, request) {
      const input = readPublish(parameters)
      request.authorize('sns:Publish', input.topicArn)
      return toXml({ MessageId: await publish(input) })
    },
    CreateTopic(parameters, request) {
      const name = needParameter(parameters, 'Name')
      request.authorize('sns:CreateTopic', `${arnPrefix}:${name}`)
      const { arn } = topics.add(name, readEntries(parameters, 'Attributes').DisplayName)
      return toXml({ TopicArn: arn })
    },
    ListTopics(_parameters, request) {
      request.authorize('sns:ListTopics', `${arnPrefix}:*`)
      return toXml({ Topics: topics.list().map(({ arn }) => ({ TopicArn: arn })) })
    },
    GetTopicAttributes(parameters, request) {
      const arn = needParameter(parameters, 'TopicArn')
      request.authorize('sns:GetTopicAttributes', arn)
      const { displayName } = topics.find(arn)
      const confirmed = String(topics.subscriptions(arn).length)
      const counts = { SubscriptionsConfirmed: confirmed, SubscriptionsPending: '0', SubscriptionsDeleted: '0' }
      return `<Attributes>${toXmlMap({ TopicArn: arn, Owner: accountId, DisplayName: displayName, ...counts })}</Attributes>`
    },
    Subscribe(parameters, request) {
      const topicArn = needParameter(parameters, 'TopicArn')
      request.authorize('sns:Subscribe', topicArn)
      const { FilterPolicy, FilterPolicyScope } = readEntries(parameters, 'Attributes')
      const { arn } = topics.subscribe({
        topicArn,
        protocol: needParameter(parameters, 'Protocol'),
        endpoint: needParameter(parameters, 'Endpoint'),
        ...(FilterPolicy !== undefined && { filterPolicy: FilterPolicy }),
        ...(FilterPolicyScope !== undefined && { filterPolicyScope: FilterPolicyScope }),
      })
      return toXml({ SubscriptionArn: arn })
    },
    ListSubscriptions(_parameters, request) {
      request.authorize('sns:ListSubscriptions', `${arnPrefix}:*`)
      return toXml({ Subscriptions: topics.subscriptions().map(describe) })
    },
    ListSubscriptionsByTopic(parameters, request) {
      const arn = needParameter(parameters, 'TopicArn')
      request.authorize('sns:ListSubscriptionsByTopic', arn)
      topics.find(arn)
      return toXml({ Subscriptions: topics.subscriptions(arn).map(describe) })
    },
    Unsubscribe(parameters, request) {
      const arn = needParameter(parameters, 'SubscriptionArn')
      request.authorize('sns:Unsubscribe', arn.slice(0, arn.lastIndexOf(':')))
      topics.unsubscribe(arn)
      return ''
    },
  }
}
