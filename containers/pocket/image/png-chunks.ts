/** The eight bytes every PNG starts with. */
export const PNG_SIGNATURE: Uint8Array = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

/** The bytes that are no picture, or one of a kind that is not read; the message says which. */
export class UnreadablePictureError extends Error {
  override readonly name = 'UnreadablePicture'
}
