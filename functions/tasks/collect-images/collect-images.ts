import { PutObjectCommand } from '@aws-sdk/client-s3'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { s3 } from '../../shared/aws/s3.ts'
import { readEndpoint } from '../../shared/endpoints/read-endpoint.ts'
import { InferenceNotFoundError, OutputMissingError, UnreadableReplyError } from '../../shared/errors.ts'
import { imageFormatOf } from '../../shared/images/image-format.ts'
import type { BackendReply } from '../../shared/inferences/backends/backend.ts'
import { BACKENDS } from '../../shared/inferences/backends/backends.ts'
import { imageKey, paramsKey, parseLocation, resultPrefix } from '../../shared/inferences/inference-keys.ts'
import type { InferenceRecord, TaskType } from '../../shared/inferences/inference-record.ts'
import { readInference } from '../../shared/inferences/read-inference.ts'
import { readParameters } from '../../shared/inferences/read-parameters.ts'
import { log } from '../../shared/log.ts'
import { deleteObjects } from '../../shared/objects/delete-objects.ts'
import { readObject } from '../../shared/objects/read-object.ts'

/** Where records and objects are. */
export interface CollectImagesContext {
  bucket: string
  endpointsTable: string
  inferencesTable: string
}

export interface CollectImagesEvent {
  id: string
  outputLocation: string
}

/** A reply of many large images, all of which is held in memory twice. */
const LARGEST_REPLY = 256 * 1024 * 1024

/** Tasks whose one image has no number in its name. */
const SINGLE: ReadonlySet<TaskType> = new Set<TaskType>(['extra-single-image', 'rembg'])

interface ImageFile {
  name: string
  contentType: string
  bytes: Uint8Array
}

/**
 * Stores the images of an endpoint's reply under the contract's names, then what is told about them. Repeatable: the
 * same reply makes the same objects. Throws when the reply holds no image, with the container's reason where it gave one.
 */
export async function collectImages(
  context: CollectImagesContext,
  { id, outputLocation }: CollectImagesEvent,
): Promise<{ imageNames: string[] }> {
  const record = await runningInference(context, id)
  const reply = await readReply(context, record, outputLocation)
  const files = nameImages(reply.images, record.taskType)
  for (const file of files) await putImage(context.bucket, id, file)
  await putParams(context.bucket, record, reply)
  await refuseLate(context, id)
  log.info('Images collected', { inferenceId: id, images: files.length })
  return { imageNames: files.map(({ name }) => name) }
}

async function runningInference({ inferencesTable }: CollectImagesContext, id: string): Promise<InferenceRecord> {
  const record = await readInference(inferencesTable, id)
  if (record?.status === 'inprogress') return record
  throw new InferenceNotFoundError(`inference with id ${id} was deleted or has ended`)
}

async function readReply(
  { bucket, endpointsTable }: CollectImagesContext,
  record: InferenceRecord,
  outputLocation: string,
): Promise<BackendReply> {
  const address = parseLocation(outputLocation)
  const tooLarge = (size: number) => new UnreadableReplyError(`The endpoint's reply has ${size} bytes`)
  const object = address && (await readObject(address, { limit: LARGEST_REPLY, tooLarge }))
  if (!object)
    throw new OutputMissingError(`The endpoint said it was done, but ${outputLocation || 'its output'} is not there`)
  const endpoint = await readEndpoint(endpointsTable, record.endpointId)
  if (!endpoint) throw new UnreadableReplyError(`Nothing is known any more of the endpoint ${record.endpointName}`)
  const parameters = await readParameters(bucket, record.inputKey)
  return BACKENDS[endpoint.backend].readReply(object.bytes, { task: record.taskType, parameters })
}

function nameImages(images: readonly Uint8Array[], taskType: TaskType): ImageFile[] {
  return images.map((bytes, index) => {
    const format = imageFormatOf(bytes)
    if (!format) throw new UnreadableReplyError(`Image ${index} of the reply is not a PNG, GIF, JPEG or WebP file`)
    const stem = SINGLE.has(taskType) ? 'image' : `image_${index}`
    return { name: `${stem}.${format.extension}`, contentType: format.contentType, bytes }
  })
}

async function putImage(bucket: string, id: string, { name, contentType, bytes }: ImageFile): Promise<void> {
  const put = new PutObjectCommand({ Bucket: bucket, Key: imageKey(id, name), Body: bytes, ContentType: contentType })
  await withTransientErrors(() => s3.send(put))
}

/** What the WebUI reads beside the images: `info` is JSON text in JSON. */
async function putParams(bucket: string, record: InferenceRecord, reply: BackendReply): Promise<void> {
  const told = {
    ...(reply.parameters === undefined ? {} : { parameters: reply.parameters }),
    ...(reply.info === undefined ? {} : { info: reply.info }),
    ...(reply.htmlInfo === undefined ? {} : { html_info: reply.htmlInfo }),
    endpoint_name: record.endpointName,
    inference_id: record.id,
  }
  const put = new PutObjectCommand({
    Bucket: bucket,
    Key: paramsKey(record.id),
    Body: JSON.stringify(told),
    ContentType: 'application/json',
  })
  await withTransientErrors(() => s3.send(put))
}

/** Stopped or deleted while the images were being stored: whoever cleaned up may have been faster than we. */
async function refuseLate(context: CollectImagesContext, id: string): Promise<void> {
  const record = await readInference(context.inferencesTable, id)
  if (record?.status === 'inprogress' || record?.status === 'succeed') return
  await deleteObjects(context.bucket, resultPrefix(id))
  throw new InferenceNotFoundError(`inference with id ${id} was deleted or has ended`)
}
