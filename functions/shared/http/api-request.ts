/** The parts of an API Gateway Lambda proxy event that the handlers read. */
export interface ApiRequest {
  httpMethod: string
  /** The route as declared, e.g. `/checkpoints/{id}`. */
  resource: string
  path: string
  headers?: Record<string, string | undefined> | null
  pathParameters?: Record<string, string | undefined> | null
  queryStringParameters?: Record<string, string | undefined> | null
  multiValueQueryStringParameters?: Record<string, string[] | undefined> | null
  body?: string | null
  isBase64Encoded?: boolean
  requestContext: {
    requestId?: string
    /** What the authorizer answered: strings only, as API Gateway passes them on. */
    authorizer?: Record<string, string | undefined> | null
  }
}

/** The answer of a Lambda proxy integration. */
export interface ApiResponse {
  statusCode: number
  headers: Record<string, string>
  body: string
}
