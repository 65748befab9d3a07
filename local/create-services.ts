import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { createAwsActionCaller } from './call-aws-action.ts'
import type { Clock } from './clock.ts'
import { createMailbox } from './mailbox/create-mailbox.ts'
import { type AutoScaling, createAutoScaling } from './services/autoscaling/create-autoscaling.ts'
import { type CloudWatch, createCloudWatch } from './services/cloudwatch/create-cloudwatch.ts'
import { createDynamodb } from './services/dynamodb/create-dynamodb.ts'
import { createEvents, type Events } from './services/events/create-events.ts'
import { createIam, type Iam } from './services/iam/create-iam.ts'
import { lambdaFunctions } from './services/lambda/lambda-function.ts'
import { createLambdaService, type LambdaService } from './services/lambda/lambda-service.ts'
import { createLogs } from './services/logs/create-logs.ts'
import { createS3Service } from './services/s3/create-s3-service.ts'
import { createSageMaker, type SageMaker } from './services/sagemaker/create-sagemaker.ts'
import { readOperatorSettings } from './services/sagemaker/operator-settings.ts'
import { createSns, type Sns } from './services/sns/create-sns.ts'
import { createStatesService } from './services/states/states-service.ts'
import { createSts } from './services/sts/create-sts.ts'
import { roles } from './template/roles.ts'
import type { Stack } from './template/stack.ts'

export interface ServicesOptions {
  stack: Stack
  /** The folder `serverless package` wrote. */
  packageDirectory: string
  dataDirectory: string
  /** Role credentials are derived from it. */
  secret: string
  endpoint: string
  accountId: string
  region: string
  lambdaEndpoint?: string
  clock: Clock
  /** Milliseconds that count as one second of CloudWatch periods and scaling cooldowns; 1000 when missing. */
  scalingSecond?: number
  log(line: string): void
}

export type Services = Awaited<ReturnType<typeof createServices>>

/** EventBridge's own calls are checked by the role of the rule before; this one only signs. */
const EVENTS_ROLE = 'service-role/events'

/** Every AWS service of the laptop stack, wired to the others; nothing of the template is deployed yet. */
export async function createServices(options: ServicesOptions) {
  const { stack, dataDirectory, clock, region, accountId } = options
  const scope = { region, accountId, clock }
  const folder = (name: string): string => join(dataDirectory, name)
  const iam = createIam({ accountId, roles: roles(stack), secret: options.secret })
  const mailbox = createMailbox({ dataDirectory: folder('mailbox'), clock })
  const logs = createLogs({ region, accountId })
  const lambda = createLambda(options, iam, logs.append)
  const sns = createSns({
    ...scope,
    deliverMail: mailbox.deliver,
    invokeFunction: (arn, payload) => lambda.invoke(arn, payload, 'Event'),
  })
  const events = createEventBridge(options, { iam, lambda, sns })
  const [s3, dynamodb, states, hosting] = await Promise.all([
    createS3Service({ ...scope, dataDirectory: folder('s3') }),
    createDynamodb({ ...scope, path: folder('dynamodb') }),
    createStatesService({
      ...scope,
      dataDirectory,
      endpoint: options.endpoint,
      credentialsFor: (roleArn) => iam.credentialsFor(roleArn),
      authorizeAs: iam.authorizeAs,
      invokeFunction: (arn, payload) => lambda.invoke(arn, payload),
      publishEvent: (entry) => events.publish(entry),
      trainingJobEnd: (jobName): Promise<void> => hosting.sagemaker.whenTrainingEnded(jobName),
      ...(options.lambdaEndpoint === undefined ? {} : { lambdaEndpoint: options.lambdaEndpoint }),
    }),
    createHostingServices(options, { iam, events, sns, logs }),
  ])
  return { iam, mailbox, logs, lambda, sns, events, s3, dynamodb, states, ...hosting, sts: createSts() }
}

/** SageMaker, and what scales its endpoints. */
async function createHostingServices(
  options: ServicesOptions,
  { iam, events, sns, logs }: { iam: Iam; events: Events; sns: Sns; logs: ReturnType<typeof createLogs> },
): Promise<{ sagemaker: SageMaker; autoscaling: AutoScaling; cloudwatch: CloudWatch }> {
  const { dataDirectory, clock, region, accountId, endpoint, scalingSecond, log } = options
  const scope = { region, accountId, clock, newId: randomUUID }
  const { scalingMinute = 60 } = readOperatorSettings(join(dataDirectory, 'sagemaker.json'))
  const second = scalingSecond ?? (scalingMinute / 60) * 1_000
  const sagemaker = await createSageMaker({
    ...scope,
    dataDirectory,
    endpoint,
    credentialsFor: iam.credentialsFor,
    authorizeAs: iam.authorizeAs,
    publishEvent: (entry) => events.publish(entry),
    onLog: logs.append,
    isScalableTarget: (endpointName, variantName) => autoscaling.isScalableTarget(endpointName, variantName),
  })
  const cloudwatch = await createCloudWatch({
    ...scope,
    second,
    dataDirectory: join(dataDirectory, 'cloudwatch'),
    runScalingPolicy: (policyArn, notice) => autoscaling.runPolicy(policyArn, notice),
    publishToTopic: (topicArn, message) => sns.publish({ topicArn, message }),
    onFailedAction: log,
  })
  cloudwatch.addSource(sagemaker.metrics)
  const autoscaling = await createAutoScaling({
    ...scope,
    second,
    dataDirectory: join(dataDirectory, 'autoscaling'),
    capacity: sagemaker.capacity,
    alarms: cloudwatch,
  })
  return { sagemaker, autoscaling, cloudwatch }
}

function createLambda(
  { stack, packageDirectory, dataDirectory, endpoint, region, accountId, clock }: ServicesOptions,
  iam: Iam,
  onLog: ReturnType<typeof createLogs>['append'],
): LambdaService {
  return createLambdaService({
    functions: lambdaFunctions(stack, packageDirectory),
    credentialsFor: (roleArn) => iam.credentialsFor(roleArn),
    endpoint,
    region,
    accountId,
    clock,
    logDirectory: join(dataDirectory, 'logs'),
    codeDirectory: join(dataDirectory, 'code'),
    onLog,
  })
}

function createEventBridge(
  options: ServicesOptions,
  { iam, lambda, sns }: { iam: Iam; lambda: LambdaService; sns: Sns },
) {
  const { clock, region, accountId, endpoint, dataDirectory, log } = options
  const callAwsAction = createAwsActionCaller({ endpoint, region, credentialsFor: iam.credentialsFor })
  return createEvents({
    clock,
    region,
    accountId,
    dataDirectory: join(dataDirectory, 'events'),
    // Waits for the end of the function, so that an event is delivered again when the stack is killed meanwhile.
    invokeFunction: async (arn, payload) => (await lambda.invoke(arn, payload, 'Event')).settled,
    publishToTopic: (topicArn, message) => sns.publish({ topicArn, message }),
    async startExecution(stateMachineArn, input) {
      const body = JSON.stringify({ stateMachineArn, input })
      const reply = await callAwsAction({ service: 'states', action: 'StartExecution', body, roleArn: EVENTS_ROLE })
      if (reply.status !== 200) throw new Error(reply.body)
    },
    authorizeAs: iam.authorizeAs,
    onDropped: ({ error }) => log(`An event was given up: ${error}`),
  })
}
