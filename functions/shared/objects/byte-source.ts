/** An object that is read in ranges and does not change while it is read. */
export interface ByteSource {
  /** What messages call it, e.g. `castle.safetensors`. */
  readonly name: string
  readonly size: number
  readonly etag: string
  /** Fills `into` with the bytes from `offset` on; throws when fewer are there. */
  read(offset: number, into: Uint8Array): Promise<void>
}

/** A source over bytes at hand. */
export function createMemorySource(name: string, bytes: Uint8Array, etag = '"memory"'): ByteSource {
  return {
    name,
    size: bytes.length,
    etag,
    read: async (offset, into) => {
      if (offset + into.length > bytes.length) throw new RangeError(`${name} ends before byte ${offset + into.length}`)
      into.set(bytes.subarray(offset, offset + into.length))
    },
  }
}
