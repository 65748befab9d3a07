import { StopExecutionCommand } from '@aws-sdk/client-sfn'
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { isConditionFailure, withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import { states } from '../../shared/aws/states.ts'
import { type TrainingRecord, toItem } from '../../shared/trainings/training-record.ts'
import { executionArnOf, type TrainingsContext } from './trainings-context.ts'

/** What StopExecution says of an execution that is not there, or has ended. */
const OVER: ReadonlySet<string> = new Set(['ExecutionDoesNotExist', 'ValidationException'])

/**
 * Stops a training that runs. Where its first state has not written the record yet, the record is written here, since the
 * announcement of what ends without one takes it for deleted.
 */
export async function stopTraining(context: TrainingsContext, training: TrainingRecord, cause: string): Promise<void> {
  if (training.checkpointId === '') await putUnlessThere(context, training)
  await stopExecution(context, training.id, cause)
}

async function putUnlessThere({ trainingsTable }: TrainingsContext, training: TrainingRecord): Promise<void> {
  const put = new PutCommand({
    TableName: trainingsTable,
    Item: toItem(training),
    ConditionExpression: 'attribute_not_exists(id)',
  })
  try {
    await withTransientErrors(() => dynamodb.send(put))
  } catch (error) {
    if (!isConditionFailure(error)) throw error
  }
}

/** Stops the execution, and with it the job; its announcement writes the status and cleans up. One that has ended is fine. */
export async function stopExecution(context: TrainingsContext, id: string, cause: string): Promise<void> {
  const stop = new StopExecutionCommand({ executionArn: executionArnOf(context, id), error: 'Stopped', cause })
  try {
    await withTransientErrors(() => states.send(stop))
  } catch (error) {
    if (!OVER.has((error as Error).name)) throw error
  }
}
