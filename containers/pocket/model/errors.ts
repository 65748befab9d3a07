/** The file is no model of this architecture; the message says what is wrong with it. */
export class NotPocketModelError extends Error {
  override readonly name = 'NotPocketModel'
}
