/** How a file of pixels is called and labelled. */
export interface ImageFormat {
  extension: string
  contentType: string
}

interface FormatRow extends ImageFormat {
  begins(bytes: Uint8Array): boolean
}

const hasText = (bytes: Uint8Array, text: string, at = 0): boolean =>
  Buffer.from(bytes.subarray(at, at + text.length)).toString('latin1') === text

const FORMATS: readonly FormatRow[] = [
  { extension: 'png', contentType: 'image/png', begins: (bytes) => hasText(bytes, '\x89PNG\r\n\x1a\n') },
  {
    extension: 'gif',
    contentType: 'image/gif',
    begins: (bytes) => hasText(bytes, 'GIF87a') || hasText(bytes, 'GIF89a'),
  },
  { extension: 'jpg', contentType: 'image/jpeg', begins: (bytes) => hasText(bytes, '\xff\xd8\xff') },
  {
    extension: 'webp',
    contentType: 'image/webp',
    begins: (bytes) => hasText(bytes, 'RIFF') && hasText(bytes, 'WEBP', 8),
  },
]

/** What the bytes are by how they begin; undefined when they are no image that people's programs open. */
export function imageFormatOf(bytes: Uint8Array): ImageFormat | undefined {
  const row = FORMATS.find(({ begins }) => begins(bytes))
  return row && { extension: row.extension, contentType: row.contentType }
}
