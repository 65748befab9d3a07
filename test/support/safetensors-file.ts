/** A safetensors file of one U8 tensor, `bytes` long in all. */
export function safetensorsFile(bytes: number, tensorName = 'a'): Uint8Array {
  const headerOf = (length: number): string =>
    JSON.stringify({ [tensorName]: { dtype: 'U8', shape: [length], data_offsets: [0, length] } })
  const room = headerOf(bytes).length
  const length = bytes - 8 - room
  const header = headerOf(length).padEnd(room)
  const file = new Uint8Array(bytes)
  new DataView(file.buffer).setBigUint64(0, BigInt(room), true)
  file.set(Buffer.from(header), 8)
  for (let at = 8 + room; at < bytes; at += 4096) file[at] = at % 251
  return file
}
