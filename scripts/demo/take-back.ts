import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiClient } from './api-client.ts'
import type { Unfinished } from './demo-context.ts'
import { removeEndpoint } from './demo-endpoint.ts'

const TRIES = 100
const PAUSE_MILLISECONDS = 100
const ENDED = ['Succeeded', 'Failed', 'TimedOut', 'Stopped']

async function stopMerge(api: ApiClient, id: string): Promise<void> {
  await api.call('DELETE', `/merges/${id}`)
  await untilEnded(api, `/merges/${id}`)
}

async function stopTraining(api: ApiClient, id: string): Promise<void> {
  await api.call('PUT', `/trainings/${id}/stop`)
  await untilEnded(api, `/trainings/${id}`)
}

async function untilEnded(api: ApiClient, path: string): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    const { data } = await api.call<{ status: string }>('GET', path)
    if (ENDED.includes(data.status)) return
    await sleep(PAUSE_MILLISECONDS)
  }
}

/** Stops what runs, and deletes the uploads and the endpoint that an interrupted or failed run has left. */
export async function takeBack(api: ApiClient, unfinished: Unfinished): Promise<void> {
  const { mergeId, inferenceId, trainingId, datasetName, endpointName, checkpointIds } = unfinished
  if (mergeId !== undefined) await stopMerge(api, mergeId)
  if (trainingId !== undefined) await stopTraining(api, trainingId)
  if (inferenceId !== undefined) await api.call('DELETE', '/inferences', { inference_id_list: [inferenceId] })
  if (endpointName !== undefined) await removeEndpoint(api, endpointName)
  if (datasetName !== undefined) await api.call('DELETE', '/datasets', { dataset_name_list: [datasetName] })
  if (checkpointIds.length > 0) await api.call('DELETE', '/checkpoints', { checkpoint_id_list: checkpointIds })
}
