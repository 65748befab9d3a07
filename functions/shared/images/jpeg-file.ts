import { BadImage, type Dimensions, take } from './bad-image.ts'

const START_OF_SCAN = 0xda
const END_OF_IMAGE = 0xd9
const CMYK_COMPONENTS = 4

/** The frame headers, SOF0 to SOF15; three numbers of that range mean something else. */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)

/** Markers without a length behind them: TEM, the restarts and the start of the image. */
const standsAlone = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)

/** Inside a scan 0xFF is data when 0 follows, and a restart is part of it. */
const isScanData = (marker: number): boolean => marker === 0x00 || (marker >= 0xd0 && marker <= 0xd7)

/**
 * Walks a JPEG from marker to marker to the end of the image, which the decoder itself makes up where it is missing.
 * What stands behind the end, as some cameras have it, is not looked at.
 */
export function readJpegHeader(bytes: Buffer): Dimensions {
  let frame: Buffer | undefined
  for (let at = 2; ; ) {
    const { marker, next } = readMarker(bytes, at)
    if (marker === END_OF_IMAGE) break
    at = next
    if (standsAlone(marker)) continue
    const length = take(bytes, at, 2).readUInt16BE(0)
    const segment = take(bytes, at, Math.max(2, length))
    if (isFrame(marker)) frame ??= segment
    at += segment.length
    if (marker === START_OF_SCAN) at = endOfScan(bytes, at)
  }
  return dimensionsOf(frame)
}

function dimensionsOf(frame: Buffer | undefined): Dimensions {
  if (frame === undefined || frame.length < 8) throw new BadImage('damaged: it has no JPEG header')
  if (frame[7] === CMYK_COMPONENTS) throw new BadImage('a CMYK JPEG: save it with RGB colours')
  return { height: frame.readUInt16BE(3), width: frame.readUInt16BE(5) }
}

/** The marker at this place; any number of 0xFF may stand before its number. */
function readMarker(bytes: Buffer, start: number): { marker: number; next: number } {
  let at = start
  if (take(bytes, at, 1)[0] !== 0xff) throw new BadImage('damaged: a JPEG marker is missing')
  while (take(bytes, at, 1)[0] === 0xff) at++
  return { marker: bytes[at] as number, next: at + 1 }
}

function endOfScan(bytes: Buffer, start: number): number {
  for (let at = bytes.indexOf(0xff, start); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    const marker = bytes[at + 1] as number
    if (marker === 0xff) continue
    if (!isScanData(marker)) return at
  }
  throw new BadImage('truncated')
}
