import { type CorsQuestion, corsHeaders, findCorsRule } from './buckets/cors.ts'
import type { S3Call, S3Response } from './s3-call.ts'
import { S3Error } from './s3-error.ts'

const NOT_ALLOWED =
  "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec."

const readHeaderNames = (header: string | undefined): string[] =>
  (header ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')

/** Answers the OPTIONS request with which a browser asks whether a page may do what it is about to do. */
export const answerPreflight = async ({ index, bucket, headers }: S3Call): Promise<S3Response> => {
  const origin = headers.origin
  const method = headers['access-control-request-method']
  if (origin === undefined) {
    throw new S3Error('BadRequest', 'Insufficient information. Origin request header needed.')
  }
  if (method === undefined) {
    throw new S3Error('BadRequest', 'Invalid Access-Control-Request-Method: null')
  }
  const rules = (await index.getBucket(bucket))?.configuration.CorsConfiguration?.CorsRules
  if (!rules) throw new S3Error('AccessForbidden')
  const question: CorsQuestion = { origin, method, headers: readHeaderNames(headers['access-control-request-headers']) }
  const rule = findCorsRule(rules, question)
  if (!rule) throw new S3Error('AccessForbidden', NOT_ALLOWED)
  return { status: 200, headers: corsHeaders(rule, question) }
}

/** The headers that let a page read the answer to a plain request, errors included. */
export const crossOriginHeaders = async ({
  index,
  bucket,
  headers,
  request,
}: S3Call): Promise<Record<string, string>> => {
  const origin = headers.origin
  if (origin === undefined || bucket === '') return {}
  const rules = (await index.getBucket(bucket))?.configuration.CorsConfiguration?.CorsRules ?? []
  const question: CorsQuestion = { origin, method: request.incoming.method ?? 'GET', headers: [] }
  const rule = findCorsRule(rules, question)
  return rule ? corsHeaders(rule, question) : {}
}
