/** What storing a part gives: what completing the upload asks for. `crc32` is base64 of the big-endian checksum. */
export interface StoredPart {
  etag: string
  crc32: string
}

/** Takes the parts of one object. A part may be written again and then replaces what was there. */
export interface PartSink {
  write(partNumber: number, bytes: Uint8Array): Promise<StoredPart>
}
