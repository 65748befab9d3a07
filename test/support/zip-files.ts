import { crc32 } from 'node:zlib'

/** A zip archive with the files stored as they are, by path. */
export function zipFiles(files: Record<string, string | Uint8Array>): Buffer {
  const locals: Buffer[] = []
  const centrals: Buffer[] = []
  let offset = 0
  for (const [path, content] of Object.entries(files)) {
    const name = Buffer.from(path)
    const data = Buffer.from(content)
    const facts = describe(name, data)
    const local = Buffer.concat([signature(0x04034b50), facts, name, data])
    centrals.push(
      Buffer.concat([signature(0x02014b50), Buffer.from([20, 0]), facts, Buffer.alloc(10), uint32(offset), name]),
    )
    locals.push(local)
    offset += local.length
  }
  const central = Buffer.concat(centrals)
  const count = Buffer.alloc(4)
  count.writeUInt16LE(centrals.length, 0)
  count.writeUInt16LE(centrals.length, 2)
  const end = [signature(0x06054b50), Buffer.alloc(4), count, uint32(central.length), uint32(offset), Buffer.alloc(2)]
  return Buffer.concat([...locals, central, ...end])
}

/** The fields that local and central headers share, version needed to extra length. */
function describe(name: Buffer, data: Buffer): Buffer {
  const facts = Buffer.alloc(26)
  facts.writeUInt16LE(20, 0)
  facts.writeUInt16LE(0x21, 8)
  facts.writeUInt32LE(crc32(data), 10)
  facts.writeUInt32LE(data.length, 14)
  facts.writeUInt32LE(data.length, 18)
  facts.writeUInt16LE(name.length, 22)
  return facts
}

function signature(value: number): Buffer {
  return uint32(value)
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32LE(value)
  return buffer
}
