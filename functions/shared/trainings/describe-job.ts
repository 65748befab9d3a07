import { DescribeTrainingJobCommand, type DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { sagemaker } from '../aws/sagemaker.ts'
import { isoTime } from '../clock.ts'
import type { JobState, JobTransition } from './training-record.ts'

/** What SageMaker says of the job; undefined when there is none of this name. */
export async function describeJob(name: string): Promise<DescribeTrainingJobResponse | undefined> {
  const describe = new DescribeTrainingJobCommand({ TrainingJobName: name })
  try {
    return await withTransientErrors(() => sagemaker.send(describe))
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

/** Whether the job still runs, or is on its way to its end. */
export function isJobAlive({ TrainingJobStatus }: DescribeTrainingJobResponse): boolean {
  return TrainingJobStatus === 'InProgress' || TrainingJobStatus === 'Stopping'
}

/** The description as a training's record keeps it. */
export function jobStateOf(description: DescribeTrainingJobResponse): JobState {
  const { step, steps, loss } = metricsOf(description)
  const instanceType = description.ResourceConfig?.InstanceType
  const billable = description.BillableTimeInSeconds
  return {
    name: description.TrainingJobName ?? '',
    status: description.TrainingJobStatus ?? '',
    secondaryStatus: description.SecondaryStatus ?? '',
    transitions: (description.SecondaryStatusTransitions ?? []).map(toTransition),
    ...(instanceType === undefined ? {} : { instanceType }),
    ...(step === undefined ? {} : { step }),
    ...(steps === undefined ? {} : { steps }),
    ...(loss === undefined ? {} : { loss }),
    ...(billable === undefined ? {} : { billableSeconds: billable }),
  }
}

/** The last values of what the program reports, read from its log by the job's metric definitions. */
function metricsOf({ FinalMetricDataList = [] }: DescribeTrainingJobResponse) {
  const value = (metric: string): number | undefined => {
    const found = FinalMetricDataList.find(({ MetricName }) => MetricName === metric)?.Value
    return Number.isFinite(found) ? found : undefined
  }
  return { step: value('train:step'), steps: value('train:steps'), loss: value('train:loss') }
}

type Transition = NonNullable<DescribeTrainingJobResponse['SecondaryStatusTransitions']>[number]

function toTransition({ Status, StartTime, EndTime, StatusMessage }: Transition): JobTransition {
  return {
    status: Status ?? '',
    startedAt: isoTime((StartTime ?? new Date(0)).getTime()),
    ...(EndTime === undefined ? {} : { endedAt: isoTime(EndTime.getTime()) }),
    ...(StatusMessage === undefined ? {} : { message: StatusMessage }),
  }
}

/** SageMaker has one name for all that it refuses. */
function isAbsent(error: unknown): boolean {
  const { name, message = '' } = error as { name?: string; message?: string }
  return name === 'ResourceNotFound' || (name === 'ValidationException' && /not found|could not find/i.test(message))
}
