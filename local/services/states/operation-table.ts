import type { Operation } from './operation.ts'
import { createActivity } from './operations/createActivity.ts'
import { createStateMachine } from './operations/createStateMachine.ts'
import { createStateMachineAlias } from './operations/createStateMachineAlias.ts'
import { deleteActivity } from './operations/deleteActivity.ts'
import { deleteStateMachine } from './operations/deleteStateMachine.ts'
import { deleteStateMachineAlias } from './operations/deleteStateMachineAlias.ts'
import { deleteStateMachineVersion } from './operations/deleteStateMachineVersion.ts'
import { describeActivity } from './operations/describeActivity.ts'
import { describeExecution } from './operations/describeExecution.ts'
import { describeMapRun } from './operations/describeMapRun.ts'
import { describeStateMachine } from './operations/describeStateMachine.ts'
import { describeStateMachineAlias } from './operations/describeStateMachineAlias.ts'
import { describeStateMachineForExecution } from './operations/describeStateMachineForExecution.ts'
import { getActivityTask } from './operations/getActivityTask.ts'
import { getExecutionHistory } from './operations/getExecutionHistory.ts'
import { listActivities } from './operations/listActivities.ts'
import { listExecutions } from './operations/listExecutions.ts'
import { listMapRuns } from './operations/listMapRuns.ts'
import { listStateMachineAliases } from './operations/listStateMachineAliases.ts'
import { listStateMachines } from './operations/listStateMachines.ts'
import { listStateMachineVersions } from './operations/listStateMachineVersions.ts'
import { listTagsForResource } from './operations/listTagsForResource.ts'
import { publishStateMachineVersion } from './operations/publishStateMachineVersion.ts'
import { redriveExecution } from './operations/redriveExecution.ts'
import { sendTaskFailure } from './operations/sendTaskFailure.ts'
import { sendTaskHeartbeat } from './operations/sendTaskHeartbeat.ts'
import { sendTaskSuccess } from './operations/sendTaskSuccess.ts'
import { startExecution } from './operations/startExecution.ts'
import { startSyncExecution } from './operations/startSyncExecution.ts'
import { stopExecution } from './operations/stopExecution.ts'
import { tagResource } from './operations/tagResource.ts'
import { testState } from './operations/testState.ts'
import { untagResource } from './operations/untagResource.ts'
import { updateMapRun } from './operations/updateMapRun.ts'
import { updateStateMachine } from './operations/updateStateMachine.ts'
import { updateStateMachineAlias } from './operations/updateStateMachineAlias.ts'
import { validateStateMachineDefinition } from './operations/validateStateMachineDefinition.ts'

/** Every operation of the API by the name in `X-Amz-Target`. */
export const OPERATIONS: Readonly<Record<string, Operation<object>>> = {
  CreateActivity: createActivity,
  CreateStateMachine: createStateMachine,
  CreateStateMachineAlias: createStateMachineAlias,
  DeleteActivity: deleteActivity,
  DeleteStateMachine: deleteStateMachine,
  DeleteStateMachineAlias: deleteStateMachineAlias,
  DeleteStateMachineVersion: deleteStateMachineVersion,
  DescribeActivity: describeActivity,
  DescribeExecution: describeExecution,
  DescribeMapRun: describeMapRun,
  DescribeStateMachine: describeStateMachine,
  DescribeStateMachineAlias: describeStateMachineAlias,
  DescribeStateMachineForExecution: describeStateMachineForExecution,
  GetActivityTask: getActivityTask,
  GetExecutionHistory: getExecutionHistory,
  ListActivities: listActivities,
  ListExecutions: listExecutions,
  ListMapRuns: listMapRuns,
  ListStateMachineAliases: listStateMachineAliases,
  ListStateMachineVersions: listStateMachineVersions,
  ListStateMachines: listStateMachines,
  ListTagsForResource: listTagsForResource,
  PublishStateMachineVersion: publishStateMachineVersion,
  RedriveExecution: redriveExecution,
  SendTaskFailure: sendTaskFailure,
  SendTaskHeartbeat: sendTaskHeartbeat,
  SendTaskSuccess: sendTaskSuccess,
  StartExecution: startExecution,
  StartSyncExecution: startSyncExecution,
  StopExecution: stopExecution,
  TagResource: tagResource,
  TestState: testState,
  UntagResource: untagResource,
  UpdateMapRun: updateMapRun,
  UpdateStateMachine: updateStateMachine,
  UpdateStateMachineAlias: updateStateMachineAlias,
  ValidateStateMachineDefinition: validateStateMachineDefinition,
}
