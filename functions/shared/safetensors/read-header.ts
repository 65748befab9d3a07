import { InvalidSafetensorsError } from '../errors.ts'
import type { ByteSource } from '../objects/byte-source.ts'
import type { SafetensorsHeader } from './header.ts'
import { HEADER_LIMITS } from './limits.ts'
import { parseHeader } from './parse-header.ts'

/** One read of this many bytes serves nearly every model: SD1.5 has 0.15 MB of header, SDXL 0.3 MB. */
const FIRST_READ = 512 * 1024
const LENGTH_BYTES = 8
const BRACE = 0x7b

/**
 * Reads and validates the header of a safetensors file, and nothing else of it. The length that the file claims is checked
 * before anything of that length is allocated. Throws `InvalidSafetensors`, or what the source throws.
 */
export async function readHeader(source: ByteSource): Promise<SafetensorsHeader> {
  const refuse = (message: string): never => {
    throw new InvalidSafetensorsError(`${source.name} is not a valid safetensors file: ${message}`)
  }
  if (source.size < LENGTH_BYTES) refuse(`it has ${source.size} bytes, fewer than the 8 of the header’s length`)
  const first = new Uint8Array(Math.min(FIRST_READ, source.size))
  await source.read(0, first)
  const length = new DataView(first.buffer).getBigUint64(0, true)
  const room = source.size - LENGTH_BYTES
  if (length === 0n) refuse('its header is empty')
  if (length > BigInt(HEADER_LIMITS.headerBytes)) refuse(`it claims a header of ${length} bytes, more than 32 MiB`)
  if (length > BigInt(room)) refuse(`it claims a header of ${length} bytes but has only ${room} after the length`)
  if (first[LENGTH_BYTES] !== BRACE) refuse("the header does not start with '{'")
  const dataStart = LENGTH_BYTES + Number(length)
  const text = (await readFurther(source, first, dataStart)).subarray(LENGTH_BYTES, dataStart)
  return { ...parseHeader(text, source.size - dataStart, source.name), dataStart, fileSize: source.size }
}

async function readFurther(source: ByteSource, first: Uint8Array, end: number): Promise<Uint8Array> {
  if (end <= first.length) return first
  const whole = new Uint8Array(end)
  whole.set(first)
  await source.read(first.length, whole.subarray(first.length))
  return whole
}
