import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createAwsActionCaller } from './call-aws-action.ts'
import type { Clock } from './clock.ts'
import { createServices, type Services } from './create-services.ts'
import type { LocalSecrets } from './data-directory.ts'
import { deployResources } from './deploy-resources.ts'
import { createEdge } from './http/create-edge.ts'
import { createRestApi } from './services/apigateway/rest-api.ts'
import { openCustomResourceStore } from './services/lambda/custom-resources/resource-store.ts'
import { runCustomResources } from './services/lambda/custom-resources/run-custom-resources.ts'
import { loadStack } from './template/load-stack.ts'
import type { Stack } from './template/stack.ts'

/** Nobody's account, so that no ARN of a laptop is taken for a real one. */
const ACCOUNT_ID = '000000000000'
const REGION = 'us-east-1'
const MAIL_ADDRESS = 'you@laptop.local'

/** What a laptop is deployed with beside its own secrets: its endpoints run the small model. */
const LAPTOP_PARAMETERS = { DefaultBackend: 'pocket', PocketImage: 'darkroom/pocket' }

export interface LaptopStackOptions {
  /** The folder `serverless package` wrote. */
  packageDirectory: string
  dataDirectory: string
  secrets: LocalSecrets
  port: number
  apiPort: number
  /** Where functions are invoked that the stack does not have. */
  lambdaEndpoint?: string
  clock: Clock
  /** Milliseconds that count as one second of CloudWatch periods and scaling cooldowns; 1000 when missing. */
  scalingSecond?: number
  /** One line about something that went wrong or took long. */
  log(line: string): void
}

/** The running laptop stack. */
export interface LaptopStack {
  endpoint: string
  apiUrl: string
  mailboxUrl: string
  bucket: string
  close(): Promise<void>
}

function openTemplate({ packageDirectory, apiPort, secrets }: LaptopStackOptions): Stack {
  return loadStack({
    directory: packageDirectory,
    accountId: ACCOUNT_ID,
    region: REGION,
    restApiUrl: `http://127.0.0.1:${apiPort}`,
    parameters: { Email: MAIL_ADDRESS, ApiKeyValue: secrets.apiKey, ...LAPTOP_PARAMETERS },
  })
}

function openRestApi(stack: Stack, services: Services, options: LaptopStackOptions & { endpoint: string }) {
  const [deployment] = stack.byType('AWS::ApiGateway::Deployment')
  const keys = stack.byType('AWS::ApiGateway::ApiKey')
  return createRestApi({
    accountId: ACCOUNT_ID,
    region: REGION,
    clock: options.clock,
    resources: stack.resources.values(),
    stage: String(deployment?.properties.StageName ?? ''),
    invokeFunction: (arn, payload) => services.lambda.invoke(arn, payload),
    callAwsAction: createAwsActionCaller({
      endpoint: options.endpoint,
      region: REGION,
      credentialsFor: services.iam.credentialsFor,
    }),
    apiKeyValues: new Map(keys.map(({ physicalId }) => [physicalId, options.secrets.apiKey])),
    log: options.log,
  })
}

/** Builds every service from the packaged template, deploys its resources, serves both ports and takes up what an earlier run left. */
export async function createLaptopStack(options: LaptopStackOptions): Promise<LaptopStack> {
  const { dataDirectory, secrets, port, apiPort, clock } = options
  const endpoint = `http://127.0.0.1:${port}`
  const scope = { accountId: ACCOUNT_ID, region: REGION }
  mkdirSync(dataDirectory, { recursive: true })
  const stack = openTemplate(options)
  const services = await createServices({ ...options, ...scope, stack, secret: secrets.roles, endpoint })
  const { iam, mailbox, events, lambda, states, s3, dynamodb, sns, logs, sts, sagemaker, autoscaling, cloudwatch } =
    services
  const edge = createEdge({
    ...scope,
    iam,
    clock,
    services: {
      'application-autoscaling': autoscaling,
      dynamodb,
      events,
      lambda,
      logs,
      monitoring: cloudwatch,
      s3,
      sagemaker,
      sns,
      states,
      sts,
    },
    pages: [mailbox.page, events.page],
  })
  const restApi = openRestApi(stack, services, { ...options, endpoint })

  await deployResources(stack, services)
  await edge.listen(port)
  await runCustomResources(stack, {
    invoke: (arn, payload) => lambda.invoke(arn, payload),
    store: openCustomResourceStore(join(dataDirectory, 'custom-resources.json')),
    clock,
  })
  await restApi.listen(apiPort)
  sagemaker.resume()
  cloudwatch.resume()
  await states.resume()
  events.resume()

  return {
    endpoint,
    apiUrl: stack.outputs.ApiGatewayUrl ?? '',
    mailboxUrl: `${endpoint}${mailbox.page.path}`,
    bucket: stack.outputs.BucketName ?? '',
    async close() {
      await restApi.close()
      // Before the functions go, so that nothing that they leave unanswered is taken for a failure.
      await states.close()
      await sagemaker.suspendTraining()
      await events.close()
      await sns.close()
      await edge.close()
      await lambda.close()
      await cloudwatch.close()
      await autoscaling.close()
      // Ends the containers.
      await sagemaker.close()
      await Promise.all([s3.close?.(), dynamodb.close()])
    },
  }
}
