import { InvalidRequestError } from '../../shared/errors.ts'
import type { ApiRequest } from '../../shared/http/api-request.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'
import { queryText } from '../../shared/http/query.ts'

/** What is asked of the door. */
export interface GenerationRequest {
  prompt: string
  /** Parameters beside the prompt. */
  parameters: JsonObject
  model?: string | undefined
  endpointName?: string | undefined
}

const NUMBERS = ['seed', 'steps', 'cfg_scale', 'width', 'height'] as const

const LONE_SURROGATE = /\p{Surrogate}/gu

/** The request for this prompt, with what else its query says. */
export function readGenerationRequest(request: ApiRequest, prompt: string): GenerationRequest {
  const negative = queryText(request, 'negative_prompt')
  return {
    prompt: wellFormed(prompt),
    parameters: {
      ...Object.fromEntries(NUMBERS.flatMap((name) => numberOf(request, name))),
      ...(negative === undefined ? {} : { negative_prompt: wellFormed(negative) }),
    },
    model: queryText(request, 'model'),
    endpointName: queryText(request, 'endpoint'),
  }
}

/** The prompt in the path. API Gateway hands path parameters on as they were sent, percent signs and all. */
export function promptInPath(request: ApiRequest): string {
  const text = request.pathParameters?.prompt ?? ''
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Half a character cannot be written in UTF-8, and so neither stored nor sent. */
function wellFormed(text: string): string {
  return text.replace(LONE_SURROGATE, '\ufffd')
}

function numberOf(request: ApiRequest, name: string): [string, number][] {
  const text = queryText(request, name)
  if (text === undefined) return []
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value)) return [[name, value]]
  throw new InvalidRequestError(`Query ${name} is "${text.slice(0, 40)}": give a number`)
}
