/** The file is no model of this architecture; the message says what is wrong with it. */
export class NotPocketModelError extends Error {
  override readonly name = 'NotPocketModel'
}

/** The file is no LoRA for this architecture; the message says what is wrong with it. */
export class NotPocketLoraError extends Error {
  override readonly name = 'NotPocketLora'
}
