interface GatewayErrorRow {
  status: number
  /** `$context.error.message`; AWS sends null when the authorizer itself is broken. */
  message: string | null
  /** The `x-amzn-ErrorType` header. */
  errorType: string
}

/** The gateway response types that the laptop can produce, with AWS's defaults. */
export const GATEWAY_ERRORS = {
  ACCESS_DENIED: {
    status: 403,
    message: 'User is not authorized to access this resource',
    errorType: 'AccessDeniedException',
  },
  API_CONFIGURATION_ERROR: { status: 500, message: 'Internal server error', errorType: 'InternalServerErrorException' },
  AUTHORIZER_CONFIGURATION_ERROR: { status: 500, message: null, errorType: 'AuthorizerConfigurationException' },
  AUTHORIZER_FAILURE: { status: 500, message: null, errorType: 'AuthorizerConfigurationException' },
  BAD_REQUEST_BODY: { status: 400, message: 'Invalid request body', errorType: 'BadRequestException' },
  BAD_REQUEST_PARAMETERS: { status: 400, message: 'Invalid request parameters', errorType: 'BadRequestException' },
  DEFAULT_4XX: { status: 400, message: 'Bad Request', errorType: 'BadRequestException' },
  DEFAULT_5XX: { status: 500, message: 'Internal server error', errorType: 'InternalServerErrorException' },
  INTEGRATION_FAILURE: {
    status: 504,
    message: 'Network error communicating with endpoint',
    errorType: 'InternalServerErrorException',
  },
  INTEGRATION_TIMEOUT: {
    status: 504,
    message: 'Endpoint request timed out',
    errorType: 'InternalServerErrorException',
  },
  INVALID_API_KEY: { status: 403, message: 'Forbidden', errorType: 'ForbiddenException' },
  MISSING_AUTHENTICATION_TOKEN: {
    status: 403,
    message: 'Missing Authentication Token',
    errorType: 'MissingAuthenticationTokenException',
  },
  QUOTA_EXCEEDED: { status: 429, message: 'Limit Exceeded', errorType: 'LimitExceededException' },
  REQUEST_TOO_LARGE: { status: 413, message: 'Request Too Long', errorType: 'RequestTooLargeException' },
  THROTTLED: { status: 429, message: 'Too Many Requests', errorType: 'TooManyRequestsException' },
  UNAUTHORIZED: { status: 401, message: 'Unauthorized', errorType: 'UnauthorizedException' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, message: 'Unsupported Media Type', errorType: 'BadRequestException' },
} as const satisfies Record<string, GatewayErrorRow>

export type GatewayErrorType = keyof typeof GATEWAY_ERRORS

interface GatewayErrorOptions {
  message?: string
  /** `$context.error.validationErrorString`. */
  validationErrorString?: string
  /** Instead of the type's own status: a failed Lambda is a DEFAULT_5XX with 502. */
  status?: number
  cause?: unknown
}

/** The gateway answers itself: the request ends in the gateway response of `type`. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly type: GatewayErrorType
  readonly status: number
  /** What the client is told; null for a broken authorizer. */
  readonly clientMessage: string | null
  readonly validationErrorString: string | undefined

  constructor(type: GatewayErrorType, options: GatewayErrorOptions = {}) {
    const clientMessage = options.message ?? GATEWAY_ERRORS[type].message
    super(clientMessage ?? type, { cause: options.cause })
    this.type = type
    this.status = options.status ?? GATEWAY_ERRORS[type].status
    this.clientMessage = clientMessage
    this.validationErrorString = options.validationErrorString
  }
}

/** Something behind the gateway broke in a way AWS answers with 502. */
export function badGateway(reason: string, cause?: unknown): GatewayError {
  return new GatewayError('DEFAULT_5XX', { status: 502, cause: cause ?? new Error(reason) })
}

/** The API itself is set up wrongly: 500, the reason only in the log. */
export function configurationError(reason: string, cause?: unknown): GatewayError {
  return new GatewayError('API_CONFIGURATION_ERROR', { cause: cause ?? new Error(reason) })
}
