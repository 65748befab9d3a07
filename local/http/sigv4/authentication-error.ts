import type { Protocol } from '../protocol.ts'

/** Why the edge does not let a request through to a service. */
export type AuthenticationProblem =
  | 'unsigned'
  | 'incomplete'
  | 'unknown-key'
  | 'wrong-token'
  | 'wrong-signature'
  | 'skewed'
  | 'expired-url'
  | 'unknown-service'
  | 'too-large'

/** The edge refuses the request. */
export class AuthenticationError extends Error {
  override readonly name = 'AuthenticationError'
  readonly problem: AuthenticationProblem

  constructor(problem: AuthenticationProblem, message: string) {
    super(message)
    this.problem = problem
  }
}

interface WireError {
  code: string
  statusCode: number
}

type Family = 'json' | 'query' | 's3' | 'rest'

const FAMILIES: Record<Protocol, Family> = {
  'json-1.0': 'json',
  'json-1.1': 'json',
  query: 'query',
  s3: 's3',
  'rest-json': 'rest',
}

const wire = (code: string, statusCode: number): WireError => ({ code, statusCode })

/** AWS's names for one problem differ from family to family. */
const ERRORS: Record<AuthenticationProblem, Record<Family, WireError>> = {
  unsigned: {
    json: wire('MissingAuthenticationTokenException', 400),
    query: wire('MissingAuthenticationToken', 403),
    s3: wire('AccessDenied', 403),
    rest: wire('MissingAuthenticationTokenException', 403),
  },
  incomplete: {
    json: wire('IncompleteSignatureException', 400),
    query: wire('IncompleteSignature', 403),
    s3: wire('AuthorizationHeaderMalformed', 400),
    rest: wire('IncompleteSignatureException', 403),
  },
  'unknown-key': {
    json: wire('UnrecognizedClientException', 400),
    query: wire('InvalidClientTokenId', 403),
    s3: wire('InvalidAccessKeyId', 403),
    rest: wire('UnrecognizedClientException', 403),
  },
  'wrong-token': {
    json: wire('UnrecognizedClientException', 400),
    query: wire('InvalidClientTokenId', 403),
    s3: wire('InvalidToken', 400),
    rest: wire('UnrecognizedClientException', 403),
  },
  'wrong-signature': {
    json: wire('InvalidSignatureException', 400),
    query: wire('SignatureDoesNotMatch', 403),
    s3: wire('SignatureDoesNotMatch', 403),
    rest: wire('InvalidSignatureException', 403),
  },
  skewed: {
    json: wire('InvalidSignatureException', 400),
    query: wire('SignatureDoesNotMatch', 403),
    s3: wire('RequestTimeTooSkewed', 403),
    rest: wire('InvalidSignatureException', 403),
  },
  'expired-url': {
    json: wire('InvalidSignatureException', 400),
    query: wire('SignatureDoesNotMatch', 403),
    s3: wire('AccessDenied', 403),
    rest: wire('InvalidSignatureException', 403),
  },
  'unknown-service': {
    json: wire('UnknownOperationException', 400),
    query: wire('InvalidAction', 400),
    s3: wire('NotImplemented', 501),
    rest: wire('UnknownOperationException', 404),
  },
  'too-large': {
    json: wire('RequestEntityTooLargeException', 413),
    query: wire('RequestEntityTooLarge', 413),
    s3: wire('EntityTooLarge', 413),
    rest: wire('RequestTooLargeException', 413),
  },
}

/** Code and status of a problem in the words of a protocol. */
export function wireErrorOf(problem: AuthenticationProblem, protocol: Protocol): WireError {
  return ERRORS[problem][FAMILIES[protocol]]
}
