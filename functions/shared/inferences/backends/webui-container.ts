import type { JsonObject } from '../../http/json-body.ts'
import type { Backend, BackendReply, Generation } from './backend.ts'
import { decodeImage, decodeImages, readJsonReply } from './read-reply.ts'

type ReadImages = (reply: JsonObject) => Uint8Array[]

const many: ReadImages = ({ images }) => decodeImages(images, 'images')
const one: ReadImages = ({ image }) => [decodeImage(image, 'image')]

const IMAGES_OF = { txt2img: many, img2img: many, 'extra-single-image': one, rembg: one } as const

/** Free bytes that the predecessor's container keeps on its disk. */
const SPACE_FREE_SIZE = 4e10

/** The envelope of containers that read A1111 parameters from S3. `models` may add what one of them wants to know. */
function createWebuiBackend(more: JsonObject): Backend {
  return {
    tasks: ['txt2img', 'img2img', 'extra-single-image', 'rembg'],
    usesModels: true,
    buildRequest: ({ task, username, models, paramsLocation }: Generation) => ({
      contentType: 'application/json',
      accept: 'application/json',
      body: JSON.stringify({
        task,
        username,
        models: { ...more, ...models },
        param_s3: paramsLocation,
        payload_string: null,
      }),
    }),
    readReply: (body, { task }): BackendReply => {
      const reply = readJsonReply(body)
      return {
        images: IMAGES_OF[task](reply),
        ...(reply.parameters === undefined ? {} : { parameters: reply.parameters }),
        ...(typeof reply.info === 'string' ? { info: reply.info } : {}),
        ...(typeof reply.html_info === 'string' ? { htmlInfo: reply.html_info } : {}),
      }
    },
  }
}

/** Our own containers, `pocket` and `diffusers`. */
export const darkroomBackend = createWebuiBackend({})

/** The predecessor's container around A1111. */
export const a1111Backend = createWebuiBackend({ space_free_size: SPACE_FREE_SIZE })
