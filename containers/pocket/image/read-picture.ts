import { imageFormatOf } from '../../../functions/shared/images/image-format.ts'
import type { Picture } from './picture.ts'
import { UnreadablePictureError } from './png-chunks.ts'
import { readPng } from './read-png.ts'
import { decodeJpegFile, decodePngFile, decodeWebpFile, type Rgba } from './wasm-codecs.ts'

const READERS: Readonly<Record<string, (file: Uint8Array) => Promise<Picture>>> = {
  png: readAnyPng,
  jpg: async (file) => onWhite(await decodeJpegFile(file)),
  webp: async (file) => onWhite(await decodeWebpFile(file)),
}

/**
 * Reads a PNG, JPEG or WebP by what is in it, whatever it is called. Transparent parts become white. Throws
 * `UnreadablePicture` saying what is wrong.
 */
export async function readPicture(file: Uint8Array): Promise<Picture> {
  const read = READERS[imageFormatOf(file)?.extension ?? '']
  if (read === undefined) throw new UnreadablePictureError('The picture cannot be read: it is no PNG, JPEG or WebP')
  try {
    return await read(file)
  } catch (cause) {
    if (cause instanceof UnreadablePictureError) throw cause
    const said = (cause as Error)?.message ?? String(cause)
    throw new UnreadablePictureError(`The picture cannot be read: its pixels do not decode (${said})`, { cause })
  }
}

/** Our own reader tells best what is wrong; the kinds of PNG that it does not know are rare. */
async function readAnyPng(file: Uint8Array): Promise<Picture> {
  try {
    return readPng(file)
  } catch (error) {
    return await decodePngFile(file).then(onWhite, () => Promise.reject(error))
  }
}

function onWhite({ width, height, data }: Rgba): Picture {
  const bytes = new Uint8Array(width * height * 3)
  for (let at = 0; at < width * height; at++) {
    const opacity = data[at * 4 + 3]! / 255
    for (let c = 0; c < 3; c++) bytes[at * 3 + c] = Math.round(255 + opacity * (data[at * 4 + c]! - 255))
  }
  return { width, height, bytes }
}
