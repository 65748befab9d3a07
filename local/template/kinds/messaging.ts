import { stableUuid } from '../stable-ids.ts'
import { arn, type ResourceFacts, type ResourceKind, unnamed } from './resource-kind.ts'

export const messagingKinds: Record<string, ResourceKind> = {
  'AWS::SNS::Topic': {
    physicalId: (facts) => arn(facts, 'sns', facts.name('TopicName')),
    attributes: (_facts, topicArn) => ({
      TopicArn: topicArn,
      TopicName: topicArn.slice(topicArn.lastIndexOf(':') + 1),
    }),
  },
  'AWS::SNS::Subscription': {
    physicalId: (facts) =>
      `${String(facts.properties.TopicArn)}:${stableUuid(`${facts.stackName}/${facts.logicalId}`)}`,
    attributes: (_facts, subscriptionArn) => ({ Arn: subscriptionArn }),
  },
  'AWS::SNS::TopicPolicy': unnamed,
  'AWS::Events::EventBus': {
    physicalId: (facts) => facts.name('Name'),
    attributes: (facts, name) => ({ Arn: arn(facts, 'events', `event-bus/${name}`), Name: name }),
  },
  'AWS::Events::Rule': {
    physicalId: (facts) => [...customBus(facts), facts.name('Name')].join('|'),
    attributes: (facts) => ({
      Arn: arn(facts, 'events', ['rule', ...customBus(facts), facts.name('Name')].join('/')),
    }),
  },
}

/** The bus of a rule as its identifiers show it: its name, or nothing for the default bus. */
function customBus({ properties }: ResourceFacts): string[] {
  const { EventBusName: bus = 'default' } = properties
  const name = String(bus).slice(String(bus).lastIndexOf('/') + 1)
  return name === 'default' ? [] : [name]
}
