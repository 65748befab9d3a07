import { InvalidSafetensorsError } from '../errors.ts'
import { bitsOf, type Dtype, isDtype } from './dtype.ts'
import type { TensorInfo } from './header.ts'
import { HeaderSyntaxError, JsonScanner } from './json-scanner.ts'
import { HEADER_LIMITS } from './limits.ts'

/** What the text of a header says, checked against the size of the data that follows it. */
export interface HeaderContent {
  tensors: Map<string, TensorInfo>
  metadata: Map<string, string>
}

const U64_MAX = 2n ** 64n - 1n

/**
 * Reads the text of a header by every rule of the format, and stricter where the reference library is lax: no duplicate
 * keys, no white space before the brace, bounded names and ranks. Throws `InvalidSafetensors` saying what is wrong and where.
 */
export function parseHeader(bytes: Uint8Array, dataSize: number, fileName: string): HeaderContent {
  const refuse = (message: string): never => {
    throw new InvalidSafetensorsError(`${fileName} is not a valid safetensors file: ${message}`)
  }
  const text = decodeText(bytes) ?? refuse('its header is not valid UTF-8')
  try {
    const content = readContent(new JsonScanner(text))
    checkCoverage(content.tensors, dataSize)
    return content
  } catch (error) {
    if (!(error instanceof HeaderSyntaxError)) throw error
    return refuse(error.at < 0 ? error.message : `${error.message} (character ${error.at} of its header)`)
  }
}

function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function readContent(scan: JsonScanner): HeaderContent {
  const tensors = new Map<string, TensorInfo>()
  let metadata = new Map<string, string>()
  if (scan.peek() !== '{' || scan.position !== 0) scan.fail("the header does not start with '{'", 0)
  scan.object('the header', (key, at) => {
    if (key === '__metadata__') metadata = readMetadata(scan)
    else tensors.set(checkName(scan, key, at), readTensor(scan, key))
    if (tensors.size > HEADER_LIMITS.tensors) scan.fail(`more than ${HEADER_LIMITS.tensors} tensors`, at)
  })
  if (scan.peek() !== '') scan.fail('something follows the header’s closing brace')
  return { tensors, metadata }
}

function readMetadata(scan: JsonScanner): Map<string, string> {
  const metadata = new Map<string, string>()
  if (scan.skipNull()) return metadata
  const start = scan.position
  scan.object('__metadata__', (key) => {
    if (scan.peek() !== '"') scan.fail(`the __metadata__ value of ${quote(key)} is not a string`)
    metadata.set(key, scan.string())
  })
  if (scan.position - start > HEADER_LIMITS.metadataBytes) scan.fail('__metadata__ is larger than 8 MiB', start)
  return metadata
}

function checkName(scan: JsonScanner, name: string, at: number): string {
  if (Buffer.byteLength(name) > HEADER_LIMITS.nameBytes) {
    scan.fail(`the tensor name ${quote(name)} is longer than ${HEADER_LIMITS.nameBytes} bytes`, at)
  }
  return name
}

function readTensor(scan: JsonScanner, name: string): TensorInfo {
  const what = `tensor ${quote(name)}`
  const start = scan.position
  let dtype: Dtype | undefined
  let shape: number[] | undefined
  let offsets: number[] | undefined
  scan.object(what, (key) => {
    if (key === 'dtype') dtype = readDtype(scan, what)
    else if (key === 'shape') shape = readIntegers(scan, `a dimension of ${what}`, HEADER_LIMITS.rank)
    else if (key === 'data_offsets') offsets = readIntegers(scan, `a data offset of ${what}`, 2)
    else scan.skipValue(HEADER_LIMITS.depth)
  })
  if (dtype === undefined || shape === undefined || offsets === undefined) {
    return scan.fail(`${what} lacks dtype, shape or data_offsets`, start)
  }
  const [begin, end] = offsets
  if (begin === undefined || end === undefined) return scan.fail(`${what} has not exactly two data offsets`, start)
  if (begin > end) scan.fail(`${what} begins after its end`, start)
  const fault = findSizeFault(dtype, shape, end - begin)
  if (fault !== undefined) scan.fail(`${what} ${fault}`, start)
  return { dtype, shape, begin, end }
}

function readDtype(scan: JsonScanner, what: string): Dtype {
  if (scan.peek() !== '"') scan.fail(`the dtype of ${what} is not a string`)
  const name = scan.string()
  return isDtype(name) ? name : scan.fail(`${what} has the unknown dtype ${quote(name)}`)
}

function readIntegers(scan: JsonScanner, what: string, most: number): number[] {
  const values: number[] = []
  scan.array(`the list of ${what}s`, () => {
    if (values.length === most) scan.fail(`there are more than ${most} numbers where ${what} stands`)
    values.push(scan.integer(what))
  })
  return values
}

/** Why the shape does not fill these bytes, or undefined. The product is bounded after every factor, as the reference library does in 64 bits. */
function findSizeFault(dtype: Dtype, shape: readonly number[], bytes: number): string | undefined {
  let elements = 1n
  for (const dimension of shape) {
    elements *= BigInt(dimension)
    if (elements > U64_MAX) return 'has a shape whose size overflows'
  }
  const bits = elements * BigInt(bitsOf(dtype))
  if (bits > U64_MAX) return 'has a shape whose size overflows'
  if (bits % 8n !== 0n) return `of ${dtype} does not end on a whole byte`
  if (bits / 8n !== BigInt(bytes)) return `has ${bytes} bytes where its dtype and shape need ${bits / 8n}`
  return undefined
}

/** No hole, no overlap, nothing after the last tensor: every byte of the data belongs to exactly one tensor. */
function checkCoverage(tensors: ReadonlyMap<string, TensorInfo>, dataSize: number): void {
  const sorted = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)
  let covered = 0
  for (const [name, { begin, end }] of sorted) {
    const what = `tensor ${quote(name)}`
    if (begin > covered) throw new HeaderSyntaxError(`${begin - covered} bytes before ${what} belong to no tensor`, -1)
    if (begin < covered) throw new HeaderSyntaxError(`${what} overlaps the tensor before it`, -1)
    if (end > dataSize) throw new HeaderSyntaxError(`${what} reaches past the end of the file`, -1)
    covered = end
  }
  if (covered < dataSize) throw new HeaderSyntaxError(`${dataSize - covered} bytes follow the last tensor`, -1)
}

function quote(name: string): string {
  return JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}…` : name)
}
