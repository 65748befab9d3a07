import { datasetPrefix } from '../../shared/datasets/dataset-record.ts'
import { fileKindOf, TAKEN_ENDINGS } from '../../shared/datasets/file-kind.ts'
import { refuse } from '../../shared/http/fields.ts'

const LONGEST_SEGMENT_BYTES = 255
const LONGEST_KEY_BYTES = 1024
/** A leading dot hides a file from many programs; `.` and `..` lead out of the folder. */
const UNUSABLE_SEGMENT = /[\\\p{C}]|^\s|\s$|^\.|^$/u
const PATH_FIX =
  'give a relative path such as "a.png" or "day/a.png", without "..", leading or double slashes, leading dots, backslashes and control characters'

/**
 * Refuses, naming `where`, a prefix that cannot be a folder. It becomes part of object keys and, on the training machine,
 * of paths.
 */
export function checkPrefix(prefix: string, where: string): void {
  checkSegments(prefix, where)
  refuseFileLike(prefix.split('/'), where)
}

/** Refuses, naming `where`, a file name that cannot be an object's or a relative path, or whose kind a dataset does not take. */
export function checkFileName(name: string, where: string): void {
  checkSegments(name, where)
  refuseFileLike(name.split('/').slice(0, -1), where)
  if (fileKindOf(name) === undefined) {
    refuse(where, `is "${printable(name)}"`, `a dataset takes ${TAKEN_ENDINGS}`)
  }
}

/** Refuses a file whose object key would be longer than S3 takes. */
export function checkKey(dataset: { id: string; prefix?: string }, name: string): void {
  const bytes = Buffer.byteLength(datasetPrefix(dataset) + name)
  if (bytes <= LONGEST_KEY_BYTES) return
  refuse(
    `The object key of "${printable(name)}"`,
    `has ${bytes} bytes`,
    `shorten names to at most ${LONGEST_KEY_BYTES}`,
  )
}

function checkSegments(path: string, where: string): void {
  const segments = path.split('/')
  if (segments.some((segment) => UNUSABLE_SEGMENT.test(segment))) refuse(where, `is "${printable(path)}"`, PATH_FIX)
  const long = segments.find((segment) => Buffer.byteLength(segment) > LONGEST_SEGMENT_BYTES)
  if (long === undefined) return
  refuse(where, `has a part of ${Buffer.byteLength(long)} bytes`, `give at most ${LONGEST_SEGMENT_BYTES}`)
}

/** A folder `a.png` beside a file `a.png` could not be put on a disk. */
function refuseFileLike(folders: readonly string[], where: string): void {
  const folder = folders.find((name) => fileKindOf(name) !== undefined)
  if (folder !== undefined) refuse(where, `has a folder "${printable(folder)}"`, 'call folders otherwise than files')
}

function printable(text: string): string {
  return text.replace(/\p{C}/gu, '?').slice(0, 80)
}
