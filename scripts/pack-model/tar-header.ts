const BLOCK = 512
const LONGEST_NAME = 100
/** What eleven octal digits hold. */
const LARGEST_SIZE = 8 ** 11 - 1

/** Where each field of a ustar header lies: offset and length in bytes. */
const FIELDS = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  magic: [257, 8],
} as const

/**
 * What stands before a file in a tar archive, always the same for the same path and size: a ustar header, and before it
 * a pax header where the name is longer or the file larger than ustar has room for.
 */
export function tarHeader(path: string, size: number): Buffer {
  const records = [
    ...(Buffer.byteLength(path) > LONGEST_NAME ? [paxRecord('path', path)] : []),
    ...(size > LARGEST_SIZE ? [paxRecord('size', String(size))] : []),
  ]
  const header = block({ name: path, size: Math.min(size, LARGEST_SIZE), type: '0' })
  if (records.length === 0) return header
  const pax = Buffer.from(records.join(''))
  return Buffer.concat([block({ name: 'PaxHeader', size: pax.length, type: 'x' }), padded(pax), header])
}

/** Bytes that fill the last block of so many. */
export function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK
}

/** What ends an archive. */
export const TAR_END: Buffer = Buffer.alloc(2 * BLOCK)

function block({ name, size, type }: { name: string; size: number; type: string }): Buffer {
  const header = Buffer.alloc(BLOCK)
  const put = (field: keyof typeof FIELDS, bytes: Uint8Array): void => {
    const [offset, length] = FIELDS[field]
    header.set(bytes.subarray(0, length), offset)
  }
  const octal = (value: number, digits: number) => Buffer.from(`${value.toString(8).padStart(digits, '0')}\0`)
  put('name', Buffer.from(name))
  put('mode', octal(0o644, 7))
  put('uid', octal(0, 7))
  put('gid', octal(0, 7))
  put('size', octal(size, 11))
  put('mtime', octal(0, 11))
  put('type', Buffer.from(type))
  put('magic', Buffer.from('ustar\x0000', 'latin1'))
  put('checksum', Buffer.from('        '))
  const sum = header.reduce((total, byte) => total + byte, 0)
  put('checksum', Buffer.from(`${sum.toString(8).padStart(6, '0')}\0 `))
  return header
}

/** `30 path=…` with a line feed: its first number is the record's own length. */
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`)
  let length = rest + String(rest).length
  if (rest + String(length).length !== length) length += 1
  return `${length} ${key}=${value}\n`
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(paddingOf(bytes.length))])
}
