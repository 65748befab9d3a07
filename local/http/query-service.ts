import { replyError } from './reply-error.ts'
import type { AwsService, ServiceRequest } from './service.ts'
import { ServiceError } from './service-error.ts'
import { wireErrorFrom } from './wire-error.ts'

/** One operation of a query service: parameters in, the inner XML of `<…Result>` out; throws `ServiceError`. */
export type QueryOperation = (parameters: URLSearchParams, request: ServiceRequest) => Promise<string> | string

export interface QueryServiceOptions {
  /** Namespace of the replies, e.g. `http://sns.amazonaws.com/doc/2010-03-31/`. */
  namespace: string
  /** AWS services disagree on the name of a denial: `AuthorizationError` for SNS, `AccessDenied` elsewhere. */
  accessDeniedCode?: string
  operations: Record<string, QueryOperation>
}

/** A service of the query protocol (form in, XML out) from a table of its operations. */
export function createQueryService(options: QueryServiceOptions): AwsService {
  const { namespace, operations, accessDeniedCode = 'AccessDenied' } = options
  return {
    async handle(request) {
      const { outgoing, requestId } = request
      try {
        const parameters = readParameters(request)
        const name = parameters.get('Action') ?? ''
        const operation = Object.hasOwn(operations, name) ? operations[name] : undefined
        if (operation === undefined) {
          throw new ServiceError('InvalidAction', `The laptop stack does not serve the action '${name}'.`)
        }
        const result = await operation(parameters, request)
        const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`
        const body = `<${name}Response xmlns="${namespace}"><${name}Result>${result}</${name}Result>${metadata}</${name}Response>`
        outgoing.writeHead(200, {
          'content-type': 'text/xml',
          'content-length': Buffer.byteLength(body),
          'x-amzn-requestid': requestId,
        })
        outgoing.end(body)
      } catch (thrown) {
        const error = wireErrorFrom(thrown, { code: accessDeniedCode, statusCode: 403 })
        replyError(outgoing, 'query', { ...error, requestId })
      }
    },
  }
}

/** The string map that the query protocol spells `Name.entry.1.key`, `Name.entry.1.value` … */
export function readEntries(parameters: URLSearchParams, name: string): Record<string, string> {
  const entries: Record<string, string> = {}
  for (let index = 1; parameters.has(`${name}.entry.${index}.key`); index += 1) {
    entries[parameters.get(`${name}.entry.${index}.key`)!] = parameters.get(`${name}.entry.${index}.value`) ?? ''
  }
  return entries
}

/** A parameter that must be there and not be empty. */
export function needParameter(parameters: URLSearchParams, name: string): string {
  const value = parameters.get(name)
  if (value) return value
  throw new ServiceError('InvalidParameter', `Invalid parameter: ${name} must be given`)
}

function readParameters({ body, url }: ServiceRequest): URLSearchParams {
  return body === undefined || body.length === 0 ? url.searchParams : new URLSearchParams(body.toString())
}
