import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { readPicture } from '../../image/read-picture.ts'
import { cropToProportions, resize } from '../../image/resize.ts'
import { toPixels } from '../../image/tones.ts'
import { ARCHITECTURE } from '../../model/parameters.ts'
import type { Example } from '../learn-batch.ts'
import { TrainingFailure } from './training-failure.ts'

const IMAGE = /\.(png|jpe?g|webp)$/i
/** Names in the sentence about pictures that cannot be read. */
const MOST_NAMED = 5

export interface ReadExamplesOptions {
  /** What messages call the directory: "dataset". */
  readonly what: string
  /** Whether `<stem>.txt` beside an image says what it shows. */
  readonly captions: boolean
  /** What images without a caption show. */
  readonly prompt: string
  readonly signal: AbortSignal
}

/**
 * The pictures of a directory and of those below it, sorted by name: their middle, at the size that the model works at. Throws
 * `TrainingFailure` when there is none, or one cannot be read.
 */
export async function readExamples(directory: string, options: ReadExamplesOptions): Promise<Example[]> {
  const names = await listNames(directory)
  const images = names.filter((name) => IMAGE.test(name))
  if (images.length === 0) throw new TrainingFailure(`The ${options.what} has no PNG, JPEG or WebP images.`)
  const captions = options.captions ? new Set(names.filter((name) => name.endsWith('.txt'))) : new Set<string>()
  const examples: Example[] = []
  const refused: string[] = []
  for (const name of images) {
    options.signal.throwIfAborted()
    try {
      const pixels = fitPixels(await readFile(join(directory, name)))
      const caption = captions.has(captionOf(name)) ? await readCaption(join(directory, captionOf(name))) : ''
      examples.push({ caption: caption === '' ? options.prompt : caption, pixels: await pixels })
    } catch (error) {
      refused.push(`${name}: ${(error as Error).message.replace(/^The picture cannot be read: /, '')}`)
    }
  }
  if (refused.length > 0) refuse(options.what, images.length, refused)
  const silent = images.find((_, at) => examples[at]!.caption.trim() === '')
  if (silent !== undefined)
    throw new TrainingFailure(`There is no prompt, and no caption for ${silent}: nothing says what it shows.`)
  return examples
}

function refuse(what: string, count: number, refused: readonly string[]): never {
  const named = refused.slice(0, MOST_NAMED).join('; ')
  const more = refused.length > MOST_NAMED ? `; and ${refused.length - MOST_NAMED} more` : ''
  throw new TrainingFailure(`${refused.length} of ${count} images of the ${what} cannot be read: ${named}${more}.`)
}

async function listNames(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      relative(directory, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join('/'),
    )
    .sort()
}

function captionOf(image: string): string {
  return image.replace(IMAGE, '.txt')
}

async function readCaption(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).replace(/\s+/g, ' ').trim()
}

async function fitPixels(file: Uint8Array): Promise<Float32Array> {
  const { side } = ARCHITECTURE
  return toPixels(resize(cropToProportions(await readPicture(file), side, side), side, side))
}
