import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { DescribeTrainingJobCommand, ListTrainingJobsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker'
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
import { encodePng } from '../../functions/shared/images/encode-png.ts'
import { buildCheckpoint } from './build-checkpoint.ts'
import { eventually } from './stack-library.ts'
import type { StackProcess } from './stack-process.ts'

/** `GET /trainings/{id}`, as far as tests look at it. */
export interface TrainingView {
  id: string
  name: string
  status: string
  job_status: string
  checkpoint_id: string
  sagemakerTrainName: string
  progress: {
    step?: number
    steps?: number
    loss?: number
    secondaryStatus?: string
    attempt?: number
    instanceType?: string
  }
  log: string[]
  result?: { checkpointId: string; names: string[]; location: string; size: number; unregistered: number }
  reason?: { error: string; cause: string }
  links: { self: string; execution: string }
}

const FIXTURE = resolve('test/support/fixture-training.mjs')

/** Trains with the fixture program instead of the pocket model's, and gives a stopped job two seconds. */
export function writeTrainingSettings(directory: string, more: object = {}): void {
  const programs = [{ image: '**/pocket', train: [process.execPath, FIXTURE] }]
  writeFileSync(join(directory, 'sagemaker.json'), JSON.stringify({ programs, trainingStopGrace: 2, ...more }))
}

/** Has something go wrong at SageMaker. */
export function addTrainingFault(stack: StackProcess, fault: { fault: string } & Record<string, unknown>): void {
  const file = join(stack.directory, 'sagemaker-faults.json')
  const faults = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
  writeFileSync(file, JSON.stringify([...faults, fault]))
}

/** A checkpoint that passes for a pocket model. */
export function pocketCheckpoint(seed = 1): Uint8Array {
  const names = ['cond_stage_model.token_embedding', 'model.diffusion_model.palette', 'model.diffusion_model.layout']
  return buildCheckpoint({
    tensors: names.map((name) => ({ name: `${name}.weight`, dtype: 'F16', shape: [4, 3] })),
    seed,
  })
}

/** A square of one colour. */
export function picture(shade: number): Uint8Array {
  const side = 64
  return encodePng({ width: side, height: side, rgb: new Uint8Array(side * side * 3).fill(shade) })
}

/** Makes an enabled dataset of the given files through the API. */
export async function makeDataset(
  stack: StackProcess,
  name: string,
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<void> {
  const content = Object.keys(files).map((filename) => ({ filename, name: filename, type: 'image', params: {} }))
  const { data } = await stack.api.call<{ s3PresignUrl: Record<string, string> }>('POST', '/datasets', {
    dataset_name: name,
    content,
    params: {},
    creator: 'admin',
  })
  for (const [filename, body] of Object.entries(files)) {
    const { status } = await fetch(data.s3PresignUrl[filename] ?? '', {
      method: 'PUT',
      body: new Blob([body as string]),
    })
    if (status !== 200) throw new Error(`${filename} was not uploaded: ${status}`)
  }
  await stack.api.call('PUT', `/datasets/${name}`, { status: 'Enabled' })
}

/** Starts a training; answers its id. */
export async function startTraining(stack: StackProcess, body: object): Promise<string> {
  return (await stack.api.call<{ id: string }>('POST', '/trainings', body)).data.id
}

export async function readTraining(stack: StackProcess, id: string): Promise<TrainingView> {
  return (await stack.api.call<TrainingView>('GET', `/trainings/${id}`)).data
}

/** The training when it has ended. */
export function untilEnded(stack: StackProcess, id: string): Promise<TrainingView> {
  return eventually(async () => {
    const view = await readTraining(stack, id)
    return ['Preparing', 'Training'].includes(view.status) ? undefined : view
  })
}

const awsOf = (stack: StackProcess) => ({
  endpoint: stack.file.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
})

/** Names and statuses of every training job. */
export async function listJobs(stack: StackProcess): Promise<Record<string, string>> {
  const { TrainingJobSummaries = [] } = await new SageMakerClient(awsOf(stack)).send(new ListTrainingJobsCommand({}))
  return Object.fromEntries(
    TrainingJobSummaries.map(({ TrainingJobName = '', TrainingJobStatus = '' }) => [
      TrainingJobName,
      TrainingJobStatus,
    ]),
  )
}

export function describeJob(stack: StackProcess, name: string) {
  return new SageMakerClient(awsOf(stack)).send(new DescribeTrainingJobCommand({ TrainingJobName: name }))
}

/** An item of the library's table: a checkpoint, or `name/<file>` for who has that name. */
export async function readLibraryItem(stack: StackProcess, id: string): Promise<Record<string, unknown> | undefined> {
  const tables = new DynamoDBClient(awsOf(stack))
  const { TableNames = [] } = await tables.send(new ListTablesCommand({}))
  const TableName = TableNames.find((table) => table.includes('CheckpointsTable')) ?? ''
  const get = new GetCommand({ TableName, Key: { id }, ConsistentRead: true })
  return (await DynamoDBDocumentClient.from(tables).send(get)).Item
}
