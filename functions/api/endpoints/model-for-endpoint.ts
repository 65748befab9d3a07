import { type Account, maySee } from '../../shared/accounts/account.ts'
import { PackagedModelNotActiveError, PackagedModelNotFoundError } from '../../shared/errors.ts'
import type { ModelRecord } from '../../shared/models/model-record.ts'
import { noteUse } from '../../shared/models/model-uses.ts'
import { findModel } from '../../shared/models/read-model.ts'
import { lookAtTarball } from '../../shared/models/tarball.ts'
import type { EndpointsContext } from './endpoints-context.ts'

/** The packaged model of this id or name; throws unless it is active, the caller may see it, and its tarball is the one that was checked. */
export async function findForEndpoint(
  { modelsTable, settings }: EndpointsContext,
  caller: Account,
  idOrName: string,
): Promise<ModelRecord> {
  const model = await findModel(modelsTable, idOrName)
  if (!model || !maySee(caller, model.allowedRolesOrUsers)) {
    throw new PackagedModelNotFoundError(`model: there is no packaged model with the id or name "${idOrName}"`)
  }
  if (model.status !== 'Active') throw notActive(model, model.status)
  if (model.source && (await lookAtTarball(settings.bucket, model.source)).etag !== model.source.etag) {
    throw new PackagedModelNotActiveError(
      `model: the tarball of ${model.name} was replaced since it was checked: make the model anew`,
    )
  }
  return model
}

/** Keeps the model from being deleted while the endpoint is there. */
export async function holdModel(context: EndpointsContext, model: ModelRecord, endpointId: string): Promise<void> {
  if (!(await noteUse(context, model.id, endpointId))) throw notActive(model, 'being deleted')
}

function notActive({ name }: ModelRecord, how: string): PackagedModelNotActiveError {
  return new PackagedModelNotActiveError(`model: the packaged model ${name} is ${how}, not Active`)
}
