import type { JsonObject, JsonOperation } from '../../../http/json-service.ts'
import { checkedOperation } from '../../checked-operation.ts'
import { parseS3Uri } from '../../s3-uri.ts'
import { number, oneOf, required, structure } from '../../states/wire/shapes.ts'
import { listPage } from '../operations/list-page.ts'
import { listing, resourceName } from '../operations/members.ts'
import { authorizePassRole } from '../operations/pass-role.ts'
import { checkQuota } from '../quotas.ts'
import type { Tag } from '../records.ts'
import { authorizeOn, type SageMakerContext } from '../sagemaker-context.ts'
import { resourceInUse, validationError } from '../sagemaker-errors.ts'
import { describeTrainingJob } from './describe-training-job.ts'
import { createInput, readPlan } from './training-input.ts'
import { hasEnded, type TrainingJobRecord, type TrainingPlan } from './training-record.ts'

const nameInput = structure({ TrainingJobName: required(resourceName) })

const listInput = structure({
  ...listing,
  SortBy: oneOf('Name', 'CreationTime', 'Status'),
  StatusEquals: oneOf('InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped'),
  LastModifiedTimeAfter: number(),
  LastModifiedTimeBefore: number(),
})

/** `CreateTrainingJob`, `DescribeTrainingJob`, `StopTrainingJob`, `ListTrainingJobs`. */
export function createTrainingOperations(context: SageMakerContext): Record<string, JsonOperation> {
  const { clock, trainingJobs, training } = context
  const authorize = (request: Parameters<JsonOperation>[1], action: string, name: string): string =>
    authorizeOn(context, request, { action, type: 'training-job', name })
  return {
    CreateTrainingJob: checkedOperation(createInput, async (input, request) => {
      const name = input.TrainingJobName
      const arn = authorize(request, 'CreateTrainingJob', name)
      if (input.Tags) request.authorize('sagemaker:AddTags', arn)
      authorizePassRole(request, input.RoleArn)
      const plan = readPlan(input)
      await checkChannels(context, plan)
      if (trainingJobs.find(name))
        throw resourceInUse(
          `Training job names must be unique within an AWS account and region, and a training job with this name already exists (${arn})`,
        )
      checkTrainingQuota(context, plan)
      const { Tags: given = [], ...definition } = input
      const now = clock.now()
      await training.create({
        name,
        arn,
        createdAt: now,
        modifiedAt: now,
        definition: definition as JsonObject,
        plan,
        tags: given as Tag[],
        status: 'InProgress',
        secondaryStatus: 'Starting',
        transitions: [{ status: 'Starting', startedAt: now, message: 'Starting the training job' }],
        ran: 0,
        metrics: [],
      })
      return { TrainingJobArn: arn }
    }),
    DescribeTrainingJob: checkedOperation(nameInput, ({ TrainingJobName: name }, request) => {
      authorize(request, 'DescribeTrainingJob', name)
      return describeTrainingJob(findJob(context, name))
    }),
    StopTrainingJob: checkedOperation(nameInput, async ({ TrainingJobName: name }, request) => {
      authorize(request, 'StopTrainingJob', name)
      const record = findJob(context, name)
      if (hasEnded(record))
        throw validationError(`The request was rejected because the training job is in status ${record.status}.`)
      await training.stop(name)
      return {}
    }),
    ListTrainingJobs: checkedOperation(listInput, (input, request) => {
      request.authorize('sagemaker:ListTrainingJobs', '*')
      const { StatusEquals, LastModifiedTimeAfter: after = 0, LastModifiedTimeBefore: before = Infinity } = input
      const asked = trainingJobs
        .all()
        .filter(({ status }) => (StatusEquals ?? status) === status)
        .filter(({ modifiedAt }) => modifiedAt > after * 1_000 && modifiedAt < before * 1_000)
      const { page, ...token } = listPage(asked, input)
      return { TrainingJobSummaries: page.map(summarize), ...token }
    }),
  }
}

function findJob({ trainingJobs }: SageMakerContext, name: string): TrainingJobRecord {
  const record = trainingJobs.find(name)
  if (record === undefined) throw validationError('Requested resource not found.')
  return record
}

/** AWS looks, with the job's role, whether there is anything to train on. */
async function checkChannels(
  { roleClients, scope }: SageMakerContext,
  { channels, roleArn }: TrainingPlan,
): Promise<void> {
  await Promise.all(
    channels.map(async ({ uri }) => {
      const { bucket, key } = parseS3Uri(uri)
      const problem = await problemWith(roleClients(roleArn).listKeys({ bucket, key }))
      if (problem === undefined) return
      throw validationError(
        `No S3 objects found under S3 URL "${uri}" given in input data source. Please ensure that the bucket exists in the selected region (${scope.region}), that objects exist under that S3 prefix, and that the role "${roleArn}" has "s3:ListBucket" permissions on bucket "${bucket}".${problem}`,
      )
    }),
  )
}

/** Why there is nothing to read; undefined when there is something. */
async function problemWith(keys: AsyncIterable<string>): Promise<string | undefined> {
  try {
    for await (const _ of keys) return undefined
    return ''
  } catch (error) {
    return ` Error message from S3: ${error instanceof Error ? error.message : String(error)}`
  }
}

function checkTrainingQuota({ trainingJobs, quotas }: SageMakerContext, { instanceType, isSpot }: TrainingPlan): void {
  const inUse = trainingJobs
    .all()
    .filter((job) => !hasEnded(job) && job.plan.instanceType === instanceType && job.plan.isSpot === isSpot).length
  const usage = isSpot ? 'spot training job usage' : 'training job usage'
  checkQuota({ instanceType, usage, inUse, requested: 1 }, quotas())
}

function summarize({ name, arn, createdAt, endedAt, modifiedAt, status, secondaryStatus }: TrainingJobRecord): object {
  return {
    TrainingJobName: name,
    TrainingJobArn: arn,
    CreationTime: createdAt / 1_000,
    ...(endedAt !== undefined && { TrainingEndTime: endedAt / 1_000 }),
    LastModifiedTime: modifiedAt / 1_000,
    TrainingJobStatus: status,
    SecondaryStatus: secondaryStatus,
  }
}
