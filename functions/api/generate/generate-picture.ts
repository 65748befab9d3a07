import type { Account } from '../../shared/accounts/account.ts'
import { createInference } from '../../shared/inferences/create-inference.ts'
import type { InferenceRecord } from '../../shared/inferences/inference-record.ts'
import type { InferencesContext } from '../../shared/inferences/inferences-context.ts'
import { firstPackaged } from '../../shared/inferences/packaged-models.ts'
import { resolveModels } from '../../shared/inferences/resolve-models.ts'
import { startInference } from '../../shared/inferences/start-inference.ts'
import { defaultModel } from './default-model.ts'
import type { GenerationRequest } from './generation-request.ts'

/**
 * Who comes with the API key alone, or through a door that the operator has opened: may use every endpoint and model, and
 * what comes of it belongs to everybody who has its address.
 */
const AT_THE_DOOR: Account = { username: '', roles: [], permissions: ['user:all'] }

/** Starts an inference for a prompt, with the endpoint and the model that suit when none are named. */
export async function generatePicture(
  context: InferencesContext,
  named: Account | undefined,
  request: GenerationRequest,
): Promise<InferenceRecord> {
  const caller = named ?? AT_THE_DOOR
  const { prompt, parameters, model, endpointName } = request
  const record = await createInference(context, caller, {
    taskType: 'txt2img',
    endpointName,
    models: async (endpoint, packaged) => {
      const { checkpointsTable } = context
      if (model !== undefined) {
        return resolveModels({ checkpointsTable, packaged }, caller, { 'Stable-diffusion': [model] })
      }
      const own = firstPackaged(packaged)
      return own ? { [own.type]: [own] } : defaultModel(checkpointsTable, caller, endpoint)
    },
    payloadString: JSON.stringify({ prompt, ...parameters }),
    notify: false,
  })
  return startInference(context, record)
}
