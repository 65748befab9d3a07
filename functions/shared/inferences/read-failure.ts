import type { PermanentError } from '../errors.ts'
import { readObject } from '../objects/read-object.ts'
import { containerFailure, namedFailure } from './backends/container-error.ts'
import { parseLocation } from './inference-keys.ts'

const LARGEST_FAILURE = 1024 * 1024

/**
 * The failure that a text of SageMaker's tells of. Where the container's own JSON stands in it, that is what counts: it has
 * the name and the sentence that a person needs.
 */
export function failureInText(text: string): PermanentError {
  return failureInJson(text) ?? namedFailure('InferenceFailed', text.trim() || 'SageMaker gave no reason')
}

/** What lies at the failure location that SageMaker named; undefined when nothing does. */
export async function readFailure(location: string | undefined): Promise<PermanentError | undefined> {
  const address = location === undefined ? undefined : parseLocation(location)
  if (!address) return undefined
  const tooLarge = (size: number) => namedFailure('InferenceFailed', `The failure object ${location} has ${size} bytes`)
  const object = await readObject(address, { limit: LARGEST_FAILURE, tooLarge })
  return object && failureInText(object.bytes.toString('utf8'))
}

function failureInJson(text: string): PermanentError | undefined {
  const begin = text.indexOf('{')
  const end = text.lastIndexOf('}')
  if (begin === -1 || end < begin) return undefined
  const json = text.slice(begin, end + 1)
  // SageMaker puts the container's body into a sentence, at times with its quotes escaped.
  return failureOfJson(json) ?? failureOfJson(json.replaceAll('\\"', '"'))
}

function failureOfJson(json: string): PermanentError | undefined {
  try {
    const value: unknown = JSON.parse(json)
    const inner = (value as { OriginalMessage?: unknown } | null)?.OriginalMessage
    return typeof inner === 'string' ? failureInText(inner) : containerFailure(value)
  } catch {
    return undefined
  }
}
