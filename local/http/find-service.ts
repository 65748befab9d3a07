import type { IncomingMessage } from 'node:http'

/** The part of `X-Amz-Target` before the dot, without its date, and the service that signs with it. */
const TARGETS: Record<string, string> = {
  AWSStepFunctions: 'states',
  DynamoDB: 'dynamodb',
  DynamoDBStreams: 'dynamodb',
  AWSEvents: 'events',
  Logs: 'logs',
  SageMaker: 'sagemaker',
  AnyScaleFrontendService: 'application-autoscaling',
  GraniteServiceVersion: 'monitoring',
}

/** Operations by which a request of the query protocol betrays its service. */
const ACTIONS: Record<string, string> = {
  GetCallerIdentity: 'sts',
  AssumeRole: 'sts',
  Publish: 'sns',
  CreateTopic: 'sns',
  ListTopics: 'sns',
  GetTopicAttributes: 'sns',
  Subscribe: 'sns',
  Unsubscribe: 'sns',
  ListSubscriptions: 'sns',
  ListSubscriptionsByTopic: 'sns',
}

/** Lambda's paths begin with the date of its API; S3's, which everything else is taken for, begin with a bucket. */
const DATED_PATH = /^\/\d{4}-\d\d-\d\d\//

/** First labels of host names, as in `states.localhost` or `sns.us-east-1.amazonaws.com`. */
const HOST_LABEL = /^(?:sync-)?([a-z0-9-]+)\./

/** The service of a request: by its credential scope, however odd the rest of it, its target header, its `Action`, its path or host. */
export function guessService(incoming: IncomingMessage, url: URL): string | undefined {
  const credential = incoming.headers.authorization ?? url.searchParams.get('X-Amz-Credential') ?? ''
  const scoped = /\/([^/,\s]+)\/aws4_request/.exec(credential)?.[1]
  if (scoped !== undefined) return scoped
  const target = incoming.headers['x-amz-target']
  if (typeof target === 'string') return TARGETS[target.replace(/(_\d+)?\..*$/, '')]
  const action = url.searchParams.get('Action')
  if (action !== null) return ACTIONS[action]
  if (DATED_PATH.test(url.pathname)) return 'lambda'
  const label = HOST_LABEL.exec(url.hostname)?.[1]
  return label !== undefined && Object.values(TARGETS).includes(label) ? label : 's3'
}
