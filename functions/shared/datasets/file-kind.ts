export type FileKind = 'image' | 'caption'

const KIND_OF_ENDING: Readonly<Record<string, FileKind>> = {
  png: 'image',
  jpg: 'image',
  jpeg: 'image',
  webp: 'image',
  txt: 'caption',
}

/** The endings that a dataset takes, for messages. */
export const TAKEN_ENDINGS = '.png, .jpg, .jpeg and .webp for images, .txt for captions'

/** What a file of a dataset is by the ending of its name; undefined for what a dataset does not take. */
export function fileKindOf(name: string): FileKind | undefined {
  const ending = /\.([^./]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
  return Object.hasOwn(KIND_OF_ENDING, ending) ? KIND_OF_ENDING[ending] : undefined
}
