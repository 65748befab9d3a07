import { execFile } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3'
import { ListTrainingJobsCommand, SageMakerClient, type TrainingJobStatus } from '@aws-sdk/client-sagemaker'
import { DescribeExecutionCommand, GetExecutionHistoryCommand } from '@aws-sdk/client-sfn'
import { expect } from 'chai'
import { eventually, listBucket, mailsAbout } from './stack-library.ts'
import type { StackProcess } from './stack-process.ts'
import { readLibraryItem, type TrainingView, untilEnded } from './stack-trainings.ts'

/** Keys and ETags below a prefix, however many. */
export async function objectsBelow(stack: StackProcess, prefix: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  let token: string | undefined
  do {
    const page: ListObjectsV2CommandOutput = await stack.s3.send(
      new ListObjectsV2Command({ Bucket: stack.file.bucket, Prefix: prefix, ContinuationToken: token }),
    )
    for (const { Key = '', ETag = '' } of page.Contents ?? []) found[Key] = ETag
    token = page.NextContinuationToken
  } while (token !== undefined)
  return found
}

/** The training jobs that run, or are about to end. */
export async function jobsAlive(stack: StackProcess): Promise<string[]> {
  const sagemaker = new SageMakerClient(awsOf(stack))
  const ofStatus = async (StatusEquals: TrainingJobStatus): Promise<string[]> => {
    const { TrainingJobSummaries = [] } = await sagemaker.send(
      new ListTrainingJobsCommand({ StatusEquals, MaxResults: 100 }),
    )
    return TrainingJobSummaries.map(({ TrainingJobName = '' }) => TrainingJobName)
  }
  return [...(await ofStatus('InProgress')), ...(await ofStatus('Stopping'))]
}

/** The fixture programs of a stack that are running. */
export async function programsAlive(directory: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axww', '-o', 'pid=,args='], { maxBuffer: 1e8 })
  return stdout.split('\n').filter((line) => line.includes('fixture-training.mjs') && line.includes(directory))
}

/** What is left over of a training that has ended; what takes its time to go is looked at again until it is gone. */
export async function leftoversOf(stack: StackProcess, view: TrainingView): Promise<string[]> {
  const { id, name, checkpoint_id: checkpointId, sagemakerTrainName: job } = view
  const isKept = view.result !== undefined
  const outputs = checkpointId === '' ? [] : await objectsOf(stack, checkpointId)
  const claim = await readLibraryItem(stack, `name/${name}.safetensors`)
  const { uploads } = await listBucket(stack)
  const jobs = await jobsAlive(stack)
  const resumes = Object.keys(await objectsBelow(stack, `trainings/${id}/checkpoints/`))
  return [
    ...resumes.map((key) => `object ${key}`),
    ...(isKept ? [] : outputs.map((key) => `object ${key}`)),
    ...(isKept || claim === undefined || claim.checkpointId !== checkpointId ? [] : [`claim ${name}`]),
    ...(isKept || checkpointId === '' || !(await readLibraryItem(stack, checkpointId)) ? [] : ['checkpoint record']),
    ...uploads.filter((key) => key.includes(checkpointId)).map((key) => `upload ${key}`),
    ...jobs.filter((alive) => job !== '' && alive === job).map((alive) => `job ${alive}`),
  ]
}

/** The keys of everything of a checkpoint, whether the library has it or not. */
export async function objectsOf(stack: StackProcess, checkpointId: string): Promise<string[]> {
  const types = ['Stable-diffusion', 'Lora']
  const found = await Promise.all(
    types.map((type) => objectsBelow(stack, `${type}/checkpoint/custom/${checkpointId}/`)),
  )
  return found.flatMap(Object.keys)
}

export function clearTrainingFaults(stack: StackProcess): void {
  rmSync(join(stack.directory, 'sagemaker-faults.json'), { force: true })
}

/** Every event from a service of AWS that tells of it, the oldest first. */
export async function eventsAbout(stack: StackProcess, source: string, words: string): Promise<object[]> {
  const response = await fetch(`${stack.file.endpoint}/_darkroom/events.json`)
  const { events } = (await response.json()) as { events: { event: { source: string; time: string } }[] }
  return events
    .map(({ event }) => event)
    .filter((event) => event.source === source && JSON.stringify(event).includes(words))
    .sort((a, b) => a.time.localeCompare(b.time))
}

/** Brings an event to a function, as EventBridge may do more than once. */
export async function deliver(stack: StackProcess, name: string, event: object): Promise<void> {
  const lambda = new LambdaClient(awsOf(stack))
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: `darkroom-dev-${name}`, Payload: JSON.stringify(event) }),
  )
  expect(FunctionError, Buffer.from(Payload ?? []).toString()).to.equal(undefined)
}

/** The states that an execution has come to. */
export async function enteredStates(stack: StackProcess, { execution }: Started): Promise<string[]> {
  const { events = [] } = await stack.sfn.send(
    new GetExecutionHistoryCommand({ executionArn: execution, maxResults: 1_000 }),
  )
  return events.flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? [])
}

const awsOf = (stack: StackProcess) => ({
  endpoint: stack.file.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
})

/** What must be there after every fault, as it was before: keys and ETags of the user's. */
export type Belongings = Readonly<Record<string, string>>

/** A training that was started through the API. */
export interface Started {
  id: string
  execution: string
}

/** Starts a training without waiting for anything. */
export async function start(stack: StackProcess, body: object): Promise<Started> {
  const { data } = await stack.api.call<{ id: string; links: { execution: string } }>('POST', '/trainings', body)
  return { id: data.id, execution: data.links.execution }
}

/**
 * Waits for the end of a training and expects that nothing is left of it but what it tells: record and execution agree, one
 * mail, no job, no half-made object, no claimed name, and everything of the user's untouched. Answers the training.
 */
export async function expectTidy(
  stack: StackProcess,
  { id, execution }: Started,
  belongings: Belongings,
): Promise<TrainingView> {
  const status = await endOf(stack, execution)
  const view = await untilEnded(stack, id)
  expect(status, 'status of the execution').to.equal(EXECUTION_STATUS[view.status])
  expect(view.job_status).to.equal(view.reason?.error === 'NoUsableOutput' ? 'Fail' : CONTRACT_STATUS[view.status])
  if (view.status === 'Succeeded') expect(view.reason).to.equal(undefined)
  else expect(view.reason?.cause, 'cause').to.be.a('string').that.matches(/\w/)
  const mail = await eventually(async () => (await mailsAbout(stack, id))[0])
  expect(mail.subject).to.contain(`"${view.name}"`)
  if (view.reason !== undefined) expect(mail.body).to.contain(view.reason.cause.slice(0, 200))
  let left: string[] = []
  await eventually(async () => {
    left = await leftoversOf(stack, view)
    return left.length === 0 ? true : undefined
  }).catch(() => expect(left, 'left over').to.deep.equal([]))
  const now: Record<string, string> = {}
  for (const prefix of new Set(Object.keys(belongings).map((key) => key.slice(0, key.lastIndexOf('/') + 1))))
    Object.assign(now, await objectsBelow(stack, prefix))
  expect(now, 'belongings').to.include(belongings)
  expect(await mailsAbout(stack, id), 'mails').to.have.length(1)
  return view
}

/** Cheaper to ask for than the training, of which there may be many. */
async function endOf(stack: StackProcess, executionArn: string): Promise<string> {
  for (;;) {
    const { status = '' } = await stack.sfn.send(new DescribeExecutionCommand({ executionArn }))
    if (status !== 'RUNNING') return status
    await sleep(100)
  }
}

const EXECUTION_STATUS: Readonly<Record<string, string>> = {
  Succeeded: 'SUCCEEDED',
  Failed: 'FAILED',
  Stopped: 'ABORTED',
  TimedOut: 'TIMED_OUT',
}

const CONTRACT_STATUS: Readonly<Record<string, string>> = {
  Succeeded: 'Completed',
  Failed: 'Failed',
  Stopped: 'Stopped',
  TimedOut: 'Failed',
}

/** Expects that no job, no program and no folder of one is left on the machine. */
export async function expectNothingRuns(stack: StackProcess): Promise<void> {
  let left: string[] = []
  await eventually(async () => {
    const folders = readdirSync(join(stack.directory, 'sagemaker', 'training'), { withFileTypes: true })
    left = [
      ...(await jobsAlive(stack)),
      ...(await programsAlive(stack.directory)),
      ...folders.filter((entry) => entry.isDirectory()).map(({ name }) => `folder ${name}`),
    ]
    return left.length === 0 ? true : undefined
  }).catch(() => expect(left, 'running').to.deep.equal([]))
}
