import type { ApiRequest } from '../../shared/http/api-request.ts'

/** What the door can answer with. */
export type Form = 'json' | 'html' | 'image'

const FORMS: readonly [Form, RegExp][] = [
  ['html', /^(text\/html|application\/xhtml\+xml)$/],
  ['image', /^image\//],
  ['json', /^(application\/(\*|json|.+\+json)|\*\/\*)$/],
]

/**
 * The form that the `Accept` header asks for: the first type, by weight and then by place, that the door has. JSON when
 * nothing fits. A browser asks for pages with `text/html` first, and for the source of an `<img>` with `image/*` first.
 */
export function negotiate(request: ApiRequest): Form {
  const accepted = headerOf(request, 'accept')
    .split(',')
    .map(readType)
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
  for (const { type } of accepted) {
    const form = FORMS.find(([, pattern]) => pattern.test(type))?.[0]
    if (form) return form
  }
  return 'json'
}

function readType(text: string): { type: string; weight: number } {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
  return { type, weight: weight === undefined ? 1 : Number(weight) || 0 }
}

function headerOf({ headers }: ApiRequest, name: string): string {
  return Object.entries(headers ?? {}).find(([header]) => header.toLowerCase() === name)?.[1] ?? ''
}
