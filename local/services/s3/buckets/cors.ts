import type { CorsRule } from './bucket-configuration.ts'

/** What a browser says about the page that is asking. */
export interface CorsQuestion {
  origin: string
  method: string
  /** Header names of a preflight, in lower case. */
  headers: string[]
}

const escapeForPattern = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&')

/** `*` stands for any characters, as in `https://*.example.com` and `x-amz-*`. */
const matchesWildcard = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.split('*').map(escapeForPattern).join('.*')}$`, 'i').test(text)

const allowsHeaders = (rule: CorsRule, headers: string[]): boolean =>
  headers.every((header) => rule.AllowedHeaders?.some((pattern) => matchesWildcard(pattern, header)) ?? false)

/** The first rule that allows the question. */
export const findCorsRule = (rules: CorsRule[], question: CorsQuestion): CorsRule | undefined =>
  rules.find(
    (rule) =>
      rule.AllowedMethods.includes(question.method) &&
      rule.AllowedOrigins.some((origin) => matchesWildcard(origin, question.origin)) &&
      allowsHeaders(rule, question.headers),
  )

/** The response headers that tell a browser it may. */
export const corsHeaders = (rule: CorsRule, question: CorsQuestion): Record<string, string> => ({
  ...(rule.AllowedOrigins.includes('*')
    ? { 'access-control-allow-origin': '*' }
    : { 'access-control-allow-origin': question.origin, 'access-control-allow-credentials': 'true' }),
  'access-control-allow-methods': rule.AllowedMethods.join(', '),
  ...(question.headers.length > 0 && { 'access-control-allow-headers': question.headers.join(', ') }),
  ...(rule.ExposedHeaders?.length && { 'access-control-expose-headers': rule.ExposedHeaders.join(', ') }),
  ...(rule.MaxAge !== undefined && { 'access-control-max-age': String(rule.MaxAge) }),
  vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
})
