import {
  InferenceFailedError,
  InvalidPayloadError,
  ModelNotFoundError,
  OutOfMemoryError,
  type PermanentError,
  UnsupportedTaskError,
} from '../../errors.ts'
import { isJsonObject, type JsonObject } from '../../http/json-body.ts'

const LONGEST_TEXT = 2000

type ErrorClass = new (message: string) => PermanentError

/** The names that our containers give to what went wrong. */
const CLASSES: Readonly<Record<string, ErrorClass>> = {
  ModelNotFound: ModelNotFoundError,
  InvalidPayload: InvalidPayloadError,
  UnsupportedTask: UnsupportedTaskError,
  OutOfMemory: OutOfMemoryError,
  InferenceFailed: InferenceFailedError,
}

type Reader = (reply: JsonObject) => PermanentError | undefined

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

const bounded = (text: string): string =>
  text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}… (${text.length} characters)` : text

/** How the containers that we speak to write errors, the most telling form first. */
const READERS: readonly Reader[] = [
  // Ours: {"error": {"name", "message"}}
  ({ error }) => {
    if (!isJsonObject(error)) return undefined
    return namedFailure(textOf(error.name ?? ''), textOf(error.message ?? 'the container gave no message'))
  },
  // A1111: {"error", "detail", "body", "errors"}
  ({ error, detail, errors }) => {
    if (typeof error !== 'string') return undefined
    const more = [detail, errors].filter((text) => text !== undefined && text !== null && text !== '').map(textOf)
    return new InferenceFailedError(bounded([error, ...more].join(': ')))
  },
  // SageMaker's toolkits: {"code", "type", "message"}
  ({ code, type, message }) =>
    code !== undefined && message !== undefined
      ? new InferenceFailedError(bounded(`${textOf(type ?? code)}: ${textOf(message)}`))
      : undefined,
  // FastAPI: {"detail": …}
  ({ detail, images, image }) =>
    detail !== undefined && images === undefined && image === undefined
      ? new InferenceFailedError(bounded(textOf(detail)))
      : undefined,
]

/** The failure that a container's JSON tells of; undefined when it tells of none. */
export function containerFailure(reply: unknown): PermanentError | undefined {
  if (!isJsonObject(reply)) return undefined
  for (const read of READERS) {
    const failure = read(reply)
    if (failure) return failure
  }
  return undefined
}

/** A failure by the name that a container or a notification gives it; unknown names are `InferenceFailed`. */
export function namedFailure(name: string, message: string): PermanentError {
  if (Object.hasOwn(CLASSES, name)) return new (CLASSES[name] as ErrorClass)(bounded(message))
  return new InferenceFailedError(bounded(name === '' ? message : `${name}: ${message}`))
}
