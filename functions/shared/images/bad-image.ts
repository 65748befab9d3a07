/** What is wrong with a file that should be an image; the message continues "a.png is …" or "a.png: …". */
export class BadImage extends Error {
  override readonly name = 'BadImage'
}

export interface Dimensions {
  width: number
  height: number
}

/** The bytes from `at`, all of them or a `BadImage`: "truncated". */
export function take(bytes: Buffer, at: number, length: number): Buffer {
  if (at + length > bytes.length) throw new BadImage('truncated')
  return bytes.subarray(at, at + length)
}
