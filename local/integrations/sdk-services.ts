import { pascalCase } from './sdk-shapes.ts'

/** How Step Functions and the JavaScript SDK spell a service. */
export interface SdkService {
  /** Loads the client module. */
  load(): Promise<Record<string, unknown>>
  /** The client's class. */
  client: string
  /** Prefix of error names of `aws-sdk` tasks, e.g. `DynamoDb.DynamoDbException`. */
  errorPrefix: string
  /** Names of errors that the Java SDK spells differently. */
  errorNames?: Record<string, string>
  /** How JSON carries bytes: as text, or in base64. */
  blobs: 'text' | 'base64'
}

/** The services `aws-sdk:<service>:<action>` reaches, by the name in the ARN. */
export const SDK_SERVICES: Readonly<Record<string, SdkService>> = {
  applicationautoscaling: {
    load: () => import('@aws-sdk/client-application-auto-scaling'),
    client: 'ApplicationAutoScalingClient',
    errorPrefix: 'ApplicationAutoScaling',
    blobs: 'base64',
  },
  cloudwatch: {
    load: () => import('@aws-sdk/client-cloudwatch'),
    client: 'CloudWatchClient',
    errorPrefix: 'CloudWatch',
    blobs: 'base64',
  },
  cloudwatchlogs: {
    load: () => import('@aws-sdk/client-cloudwatch-logs'),
    client: 'CloudWatchLogsClient',
    errorPrefix: 'CloudWatchLogs',
    blobs: 'base64',
  },
  dynamodb: {
    load: () => import('@aws-sdk/client-dynamodb'),
    client: 'DynamoDBClient',
    errorPrefix: 'DynamoDb',
    blobs: 'base64',
  },
  eventbridge: {
    load: () => import('@aws-sdk/client-eventbridge'),
    client: 'EventBridgeClient',
    errorPrefix: 'EventBridge',
    blobs: 'base64',
  },
  lambda: {
    load: () => import('@aws-sdk/client-lambda'),
    client: 'LambdaClient',
    errorPrefix: 'Lambda',
    blobs: 'text',
  },
  s3: {
    load: () => import('@aws-sdk/client-s3'),
    client: 'S3Client',
    errorPrefix: 'S3',
    // HeadObject has no body to name the error in; the Java SDK calls every such 404 a missing key.
    errorNames: { NotFound: 'NoSuchKey' },
    blobs: 'text',
  },
  sagemaker: {
    load: () => import('@aws-sdk/client-sagemaker'),
    client: 'SageMakerClient',
    errorPrefix: 'SageMaker',
    blobs: 'base64',
  },
  sagemakerruntime: {
    load: () => import('@aws-sdk/client-sagemaker-runtime'),
    client: 'SageMakerRuntimeClient',
    errorPrefix: 'SageMakerRuntime',
    blobs: 'text',
  },
  sfn: {
    load: () => import('@aws-sdk/client-sfn'),
    client: 'SFNClient',
    errorPrefix: 'Sfn',
    blobs: 'text',
  },
  sns: {
    load: () => import('@aws-sdk/client-sns'),
    client: 'SNSClient',
    errorPrefix: 'Sns',
    blobs: 'base64',
  },
  sts: {
    load: () => import('@aws-sdk/client-sts'),
    client: 'STSClient',
    errorPrefix: 'Sts',
    blobs: 'base64',
  },
}

const loaded = new Map<string, Record<string, unknown>>()

/** The client module of a service; loading one takes a moment, so nobody does who needs none. */
export async function loadSdkModule(service: string): Promise<Record<string, unknown>> {
  const module = loaded.get(service) ?? (await SDK_SERVICES[service]!.load())
  loaded.set(service, module)
  return module
}

/** Whether a service has an action; true as long as its module is not loaded. */
export function hasAction(service: string, action: string): boolean {
  const module = loaded.get(service)
  return module === undefined || `${pascalCase(action)}Command` in module
}
