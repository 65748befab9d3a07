import { BACKENDS, type Backend } from '../../shared/endpoints/endpoint-record.ts'
import { InvalidRequestError } from '../../shared/errors.ts'
import { listField, refuse, textField } from '../../shared/http/fields.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'
import { BACKENDS as SPOKEN } from '../../shared/inferences/backends/backends.ts'
import { modelDataOf } from '../../shared/models/model-data.ts'
import {
  type ArtifactList,
  type Artifacts,
  FOLDER_OF_LIST,
  type ModelRequest,
  type ObjectAddress,
} from '../../shared/models/model-record.ts'
import { MOST_FILES } from '../../shared/models/package-layout.ts'
import { readSource } from '../../shared/models/tarball.ts'
import type { ModelsContext } from './models-context.ts'

/** It becomes a folder of the bucket and a part of SageMaker's name. */
const NAME = /^[A-Za-z0-9](-*[A-Za-z0-9])*$/
const LONGEST_NAME = 40
/** SageMaker takes no longer names. */
const LONGEST_SAGEMAKER_NAME = 63
const LONGEST_REFERENCE = 255

/** The body of `POST /models` as the machine gets it; every refusal names the field and the fix. The same body gives the same request. */
export function readCreateModel({ bucket, settings }: ModelsContext, body: JsonObject): ModelRequest {
  const name = readName(body.name)
  const content = readContent(body, bucket)
  const { backend, image } = readImage(body.image, settings)
  return {
    name,
    sageMakerName: sageMakerNameOf(name, settings),
    backend,
    container: {
      Image: image,
      Environment: { BUCKET_NAME: bucket, LOG_LEVEL: settings.logLevel },
      ...modelDataOf(bucket, { name, ...content }),
    },
    ...content,
    ...(body.notify === false ? { notify: false } : {}),
  }
}

function readName(value: unknown): string {
  const name = textField(value, 'name', { max: LONGEST_NAME })
  if (NAME.test(name)) return name
  return refuse('name', `is "${name}"`, 'give letters, digits and hyphens, a letter or digit at both ends')
}

function sageMakerNameOf(name: string, { namePrefix }: ModelsContext['settings']): string {
  const whole = `${namePrefix}-model-${name}`
  if (whole.length <= LONGEST_SAGEMAKER_NAME) return whole
  throw new InvalidRequestError(
    `name makes the name ${whole}, which has more than ${LONGEST_SAGEMAKER_NAME} characters: give a shorter one`,
  )
}

function readContent(body: JsonObject, bucket: string): { artifacts: Artifacts; source?: ObjectAddress } {
  const artifacts = readArtifacts(body)
  const lists = Object.keys(artifacts)
  if (body.source === undefined) {
    if (artifacts.checkpoints) return { artifacts }
    return refuse('checkpoints', 'is missing', 'name at least one checkpoint, or give a tarball as source')
  }
  if (lists.length > 0)
    refuse('source', `is given beside ${lists.join(', ')}`, 'a tarball is used as it is; give one or the other')
  return { artifacts, source: readSource(textField(body.source, 'source'), bucket) }
}

function readArtifacts(body: JsonObject): Artifacts {
  const artifacts: Artifacts = {}
  for (const list of Object.keys(FOLDER_OF_LIST) as ArtifactList[]) {
    const names = body[list] === undefined ? [] : readList(body[list], list)
    if (names.length > 0) artifacts[list] = names
  }
  return artifacts
}

function readList(value: unknown, list: ArtifactList): string[] {
  return listField(value, list, { min: 0, max: MOST_FILES }).map((item, index) =>
    textField(item, `${list}[${index}]`, { max: LONGEST_REFERENCE }),
  )
}

/** A word means a backend, anything else an image that speaks like the deployment's own. */
function readImage(value: unknown, settings: ModelsContext['settings']): { backend: Backend; image: string } {
  const wanted = value === undefined || value === '' ? settings.defaultBackend : textField(value, 'image', { max: 255 })
  const known = BACKENDS.find((backend) => backend === wanted)
  const backend = known ?? settings.defaultBackend
  if (!SPOKEN[backend].usesModels) {
    refuse('image', `is of the backend ${backend}`, 'which reads no model folders; give pocket, diffusers or a1111')
  }
  const image = known ? settings.imageUris[known] : wanted
  if (image) return { backend, image }
  return refuse('image', `is "${wanted}"`, 'this deployment has no image for it; give an image URI, or another backend')
}
