import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { isConditionFailure, withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import { stopExecution } from '../../shared/executions/stop-execution.ts'
import { type TrainingRecord, toItem } from '../../shared/trainings/training-record.ts'
import type { TrainingsContext } from './trainings-context.ts'

/**
 * Stops a training that runs. Where its first state has not written the record yet, the record is written here, since the
 * announcement of what ends without one takes it for deleted.
 */
export async function stopTraining(context: TrainingsContext, training: TrainingRecord, cause: string): Promise<void> {
  if (training.checkpointId === '') await putUnlessThere(context, training)
  await stopExecution(training.executionArn, cause)
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
