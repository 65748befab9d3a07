import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
} from '@aws-sdk/client-application-auto-scaling'
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch'
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import {
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  ListModelsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { ListStateMachinesCommand } from '@aws-sdk/client-sfn'
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import type { EndpointRecord } from '../../functions/shared/endpoints/endpoint-record.ts'
import { eventually, type MailView } from './stack-library.ts'
import type { StackProcess } from './stack-process.ts'

/** A row of `GET /endpoints`. */
export interface EndpointRow {
  EndpointDeploymentJobId: string
  endpoint_name: string
  endpoint_status: string
  error: string | null
  current_instance_count: string
  instance_type: string
  max_instance_number: string
  execution: string
}

const FIXTURE = resolve('test/support/fixture-container.mjs')
const program = (behaviour: string) => ({
  image: `test/${behaviour}`,
  command: ['env', `FIXTURE_BEHAVIOUR=${behaviour}`, process.execPath, FIXTURE],
})

/** Takes its time to come up. */
const slowly = (seconds: number) => ({
  image: 'test/slow',
  command: ['sh', '-c', `sleep ${seconds} && exec "$0" "$1"`, process.execPath, FIXTURE],
})

/** Lets the stack on this data directory run the fixture container as `test/healthy`, `test/slow`, `test/crash-at-start` and `test/never-healthy`. */
export function writeOperatorSettings(directory: string): void {
  const settings = {
    programs: [...['healthy', 'crash-at-start', 'never-healthy'].map(program), slowly(8)],
    quotas: { 'ml.p4d.24xlarge': 0 },
  }
  writeFileSync(join(directory, 'sagemaker.json'), JSON.stringify(settings))
}

/** Has something go wrong at SageMaker. */
export function addFault(
  stack: StackProcess,
  fault: { fault: string; endpoint: string; status?: string; reason?: string; seconds?: number },
): void {
  const file = join(stack.directory, 'sagemaker-faults.json')
  const faults = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
  writeFileSync(file, JSON.stringify([...faults, fault]))
}

/** The operator's view of a stack's endpoints, past the API. */
export interface EndpointsView {
  createRole(role: string): Promise<void>
  record(id: string): Promise<EndpointRecord | undefined>
  claim(id: string): Promise<unknown>
  deleteMachineArn(): Promise<string>
  /** Lets the endpoint have come into service so many hours earlier. */
  age(id: string, hours: number): Promise<void>
  /** As the schedule does every hour. */
  lookForIdleOnes(): Promise<void>
  /** What of the endpoint is there at SageMaker, Application Auto Scaling and CloudWatch. */
  leftovers(name: string): Promise<string[]>
  /** By what it scales: all empty where it does not. */
  scaling(name: string): Promise<ScalingView>
}

/** Targets as `min-max`, policies with their settings but no ARNs, and the policies that the wake-up alarm calls. */
export interface ScalingView {
  targets: string[]
  policies: Record<string, unknown>
  woken: (string | undefined)[]
}

export async function viewEndpoints(stack: StackProcess): Promise<EndpointsView> {
  const aws = {
    endpoint: stack.file.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  }
  const sagemaker = new SageMakerClient(aws)
  const scaling = new ApplicationAutoScalingClient(aws)
  const alarms = new CloudWatchClient(aws)
  const lambda = new LambdaClient(aws)
  const tables = new DynamoDBClient(aws)
  const dynamodb = DynamoDBDocumentClient.from(tables)
  const { TableNames = [] } = await tables.send(new ListTablesCommand({}))
  const tableOf = (part: string): string => TableNames.find((table) => table.includes(part)) ?? ''
  const endpointsTable = tableOf('EndpointsTable')
  const get = async (id: string) =>
    (await dynamodb.send(new GetCommand({ TableName: endpointsTable, Key: { id }, ConsistentRead: true }))).Item
  return {
    async createRole(role) {
      const Item = { id: `role/${role}`, kind: 'role', permissions: [] }
      await dynamodb.send(new PutCommand({ TableName: tableOf('AccountsTable'), Item }))
    },
    record: async (id) => (await get(id)) as EndpointRecord | undefined,
    claim: get,
    async age(id, hours) {
      const record = (await get(id)) as EndpointRecord
      const inServiceAt = new Date(Date.parse(record.inServiceAt ?? '') - hours * 3_600_000).toISOString()
      await dynamodb.send(new PutCommand({ TableName: endpointsTable, Item: { ...record, inServiceAt } }))
    },
    async lookForIdleOnes() {
      const { FunctionError } = await lambda.send(new InvokeCommand({ FunctionName: 'darkroom-dev-idleEndpoints' }))
      if (FunctionError) throw new Error(FunctionError)
    },
    async deleteMachineArn() {
      const { stateMachines = [] } = await stack.sfn.send(new ListStateMachinesCommand({}))
      return stateMachines.find(({ name }) => name?.startsWith('DeleteEndpoint'))?.stateMachineArn ?? ''
    },
    async scaling(name) {
      const resource = `endpoint/${name}/variant/prod`
      const [{ ScalableTargets = [] }, { ScalingPolicies = [] }, { MetricAlarms = [] }] = await Promise.all([
        scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'sagemaker', ResourceIds: [resource] })),
        scaling.send(new DescribeScalingPoliciesCommand({ ServiceNamespace: 'sagemaker', ResourceId: resource })),
        alarms.send(new DescribeAlarmsCommand({ AlarmNamePrefix: `${name}-` })),
      ])
      const called = MetricAlarms.flatMap(({ AlarmActions = [] }) => AlarmActions)
      return {
        targets: ScalableTargets.map(({ MinCapacity, MaxCapacity }) => `${MinCapacity}-${MaxCapacity}`),
        policies: Object.fromEntries(
          ScalingPolicies.map((policy) => [
            policy.PolicyName,
            policy.StepScalingPolicyConfiguration ?? policy.TargetTrackingScalingPolicyConfiguration,
          ]),
        ),
        woken: called.map((arn) => ScalingPolicies.find(({ PolicyARN }) => PolicyARN === arn)?.PolicyName),
      }
    },
    async leftovers(name) {
      const [endpoints, configs, models, targets, found] = await Promise.all([
        sagemaker.send(new ListEndpointsCommand({ NameContains: name })),
        sagemaker.send(new ListEndpointConfigsCommand({ NameContains: name })),
        sagemaker.send(new ListModelsCommand({ NameContains: name })),
        scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'sagemaker' })),
        alarms.send(new DescribeAlarmsCommand({})),
      ])
      return [
        ...(endpoints.Endpoints ?? []).map(({ EndpointName }) => `endpoint ${EndpointName}`),
        ...(configs.EndpointConfigs ?? []).map(({ EndpointConfigName }) => `config ${EndpointConfigName}`),
        ...(models.Models ?? []).map(({ ModelName }) => `model ${ModelName}`),
        ...(targets.ScalableTargets ?? []).map(({ ResourceId }) => `target ${ResourceId}`),
        ...(found.MetricAlarms ?? []).map(({ AlarmName }) => `alarm ${AlarmName}`),
      ].filter((line) => line.includes(name))
    },
  }
}

/** The endpoint's row, or undefined when the API shows none. */
export async function readRow(stack: StackProcess, id: string): Promise<EndpointRow | undefined> {
  const { data } = await stack.api.call<{ endpoints: EndpointRow[] }>('GET', '/endpoints?limit=100')
  return data.endpoints.find(({ EndpointDeploymentJobId }) => EndpointDeploymentJobId === id)
}

/** Every mail with the endpoint's name in its subject. */
export async function mailsOf(stack: StackProcess, name: string): Promise<MailView[]> {
  const response = await fetch(`${stack.file.mailboxUrl}.json`)
  const { mails } = (await response.json()) as { mails: MailView[] }
  return mails.filter(({ subject }) => subject.includes(`"${name}"`))
}

/** The first mail with these words in its subject. */
export function untilMailed(stack: StackProcess, name: string, words: string): Promise<MailView> {
  return eventually(async () => (await mailsOf(stack, name)).find(({ subject }) => subject.includes(words)))
}
