import type { Dynamodb } from './services/dynamodb/create-dynamodb.ts'
import type { TableProperties } from './services/dynamodb/table-properties.ts'
import type { Events } from './services/events/create-events.ts'
import type { RuleProperties } from './services/events/rule.ts'
import type { S3Service } from './services/s3/create-s3-service.ts'
import type { Sns, SubscriptionProperties, TopicProperties } from './services/sns/create-sns.ts'
import type { LoggingConfiguration } from './services/states/machines/machine-record.ts'
import type { StatesService } from './services/states/states-service.ts'
import type { Resource, Stack } from './template/stack.ts'
import { stateMachineDefinition } from './template/state-machine-definition.ts'

export interface DeployableServices {
  dynamodb: Dynamodb
  events: Events
  s3: S3Service
  sns: Sns
  states: StatesService
}

type Deploy = (resource: Resource, services: DeployableServices) => unknown

interface MachineProperties {
  RoleArn: string
  StateMachineType?: 'STANDARD' | 'EXPRESS'
  LoggingConfiguration?: {
    Level?: LoggingConfiguration['level']
    IncludeExecutionData?: boolean
    Destinations?: { CloudWatchLogsLogGroup: { LogGroupArn: string } }[]
  }
  TracingConfiguration?: { Enabled?: boolean }
}

function loggingOf({ LoggingConfiguration: logging }: MachineProperties): LoggingConfiguration | undefined {
  if (logging === undefined) return undefined
  return {
    level: logging.Level ?? 'OFF',
    includeExecutionData: logging.IncludeExecutionData ?? false,
    destinations: (logging.Destinations ?? []).map(({ CloudWatchLogsLogGroup }) => ({
      // Step Functions wants every stream of the group; GetAtt Arn of a log group gives it with and without the star.
      cloudWatchLogsLogGroup: { logGroupArn: `${CloudWatchLogsLogGroup.LogGroupArn.replace(/:\*$/, '')}:*` },
    })),
  }
}

function deployMachine(resource: Resource, { states }: DeployableServices): Promise<string> {
  const properties = resource.properties as unknown as MachineProperties
  const logging = loggingOf(properties)
  return states.deployStateMachine({
    name: resource.attributes.Name ?? resource.logicalId,
    arn: resource.physicalId,
    definition: stateMachineDefinition(resource) as object,
    roleArn: properties.RoleArn,
    ...(properties.StateMachineType === undefined ? {} : { type: properties.StateMachineType }),
    ...(logging === undefined ? {} : { loggingConfiguration: logging }),
    tracingConfiguration: { enabled: properties.TracingConfiguration?.Enabled ?? false },
  })
}

/** What each type of the template becomes. Types without a row here belong to services that read the template themselves, or have no effect on a laptop. */
const DEPLOYMENTS: Record<string, Deploy> = {
  'AWS::DynamoDB::Table': ({ physicalId, properties }, { dynamodb }) =>
    dynamodb.deployTable({ ...(properties as unknown as TableProperties), TableName: physicalId }),
  'AWS::Events::EventBus': ({ physicalId }, { events }) => events.deployEventBus({ Name: physicalId }),
  'AWS::Events::Rule': ({ properties }, { events }) => events.deployRule(properties as unknown as RuleProperties),
  'AWS::S3::Bucket': ({ physicalId, properties }, { s3 }) => s3.deployBucket({ name: physicalId, ...properties }),
  'AWS::SNS::Topic': ({ physicalId, properties }, { sns }) =>
    sns.deployTopic({
      ...(properties as unknown as TopicProperties),
      TopicName: physicalId.slice(physicalId.lastIndexOf(':') + 1),
    }),
  'AWS::SNS::Subscription': ({ properties }, { sns }) =>
    sns.deploySubscription(properties as unknown as SubscriptionProperties),
  'AWS::StepFunctions::StateMachine': deployMachine,
}

/** Brings tables, buckets, topics, buses, rules and machines to what the stack says, in its order; what they hold stays. */
export async function deployResources(stack: Stack, services: DeployableServices): Promise<void> {
  for (const resource of stack.resources.values()) await DEPLOYMENTS[resource.type]?.(resource, services)
}
