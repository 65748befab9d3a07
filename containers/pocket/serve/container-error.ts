/** What a container tells its caller when it cannot answer: a name from the contract and the HTTP status of it. */
export const STATUS_OF = {
  InvalidPayload: 400,
  ModelNotFound: 404,
  UnsupportedTask: 422,
  InferenceFailed: 500,
} as const

export type ContainerErrorName = keyof typeof STATUS_OF

/** An answer that is an error. The message names the field or the model, and the fix. */
export class ContainerError extends Error {
  override readonly name: ContainerErrorName

  constructor(name: ContainerErrorName, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = name
  }
}

/** Refuses a field of the request. */
export function refuse(field: string, problem: string): never {
  throw new ContainerError('InvalidPayload', `${field} ${problem}`)
}

/** Refuses what the GPU container can do and this one cannot. */
export function unsupported(what: string): never {
  throw new ContainerError('UnsupportedTask', `The pocket container does not do this: ${what}`)
}
