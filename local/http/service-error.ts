/** An error a service answers on purpose; the protocol files turn it into JSON or XML. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  /** AWS's error code, e.g. `ResourceNotFoundException`. */
  readonly code: string
  readonly statusCode: number
  /** Members that the error's shape has besides code and message, e.g. `{ Item }`. */
  readonly details: Record<string, unknown>

  constructor(
    code: string,
    message: string,
    { statusCode = 400, details = {} }: { statusCode?: number; details?: Record<string, unknown> } = {},
  ) {
    super(message)
    this.code = code
    this.statusCode = statusCode
    this.details = details
  }
}
