import { ServiceError } from '../../http/service-error.ts'
import type { MessageAttribute } from './topic.ts'

/** What somebody publishes. */
export interface PublishInput {
  topicArn: string
  message: string
  subject?: string
  messageStructure?: string
  attributes?: Record<string, MessageAttribute>
}

const LARGEST_MESSAGE = 256 * 1024
const LONGEST_SUBJECT = 100

/** The input of Publish in the query protocol. */
export function readPublish(parameters: URLSearchParams): PublishInput {
  const topicArn = parameters.get('TopicArn') ?? parameters.get('TargetArn')
  if (topicArn === null) throw invalid('TopicArn or TargetArn Reason: no value for required parameter')
  const [subject, messageStructure] = [parameters.get('Subject'), parameters.get('MessageStructure')]
  return {
    topicArn,
    message: parameters.get('Message') ?? '',
    attributes: readAttributes(parameters),
    ...(subject !== null && { subject }),
    ...(messageStructure !== null && { messageStructure }),
  }
}

/** Throws `InvalidParameter` as SNS does; answers the message for each protocol where the structure is json. */
export function checkPublish({
  message,
  subject,
  messageStructure,
  attributes = {},
}: PublishInput): Record<string, string> {
  if (message === '') throw invalid('Empty message')
  if (subject !== undefined && !isSubject(subject)) throw invalid('Subject')
  const attributeBytes = Object.entries(attributes).map(([name, { Type, Value }]) =>
    Buffer.byteLength(name + Type + Value),
  )
  const size = attributeBytes.reduce((sum, bytes) => sum + bytes, Buffer.byteLength(message))
  if (size > LARGEST_MESSAGE) throw invalid('Message too long')
  if (messageStructure === undefined) return {}
  if (messageStructure !== 'json') throw invalid('MessageStructure')
  return readStructure(message)
}

/** ASCII on one line that begins with a letter, a digit or a punctuation mark. */
function isSubject(subject: string): boolean {
  return subject.length <= LONGEST_SUBJECT && /^[\x21-\x7e][\x20-\x7e]*$/.test(subject)
}

function readStructure(message: string): Record<string, string> {
  const messages = parseObject(message)
  if (messages === undefined) throw invalid('Message Structure - JSON message body failed to parse')
  if (typeof messages.default !== 'string') throw invalid('Message Structure - No default entry in JSON message body')
  return Object.fromEntries(
    Object.entries(messages).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function readAttributes(parameters: URLSearchParams): Record<string, MessageAttribute> {
  const attributes: Record<string, MessageAttribute> = {}
  for (let index = 1; ; index += 1) {
    const prefix = `MessageAttributes.entry.${index}`
    const name = parameters.get(`${prefix}.Name`)
    if (name === null) return attributes
    const Value = parameters.get(`${prefix}.Value.StringValue`) ?? parameters.get(`${prefix}.Value.BinaryValue`) ?? ''
    attributes[name] = { Type: parameters.get(`${prefix}.Value.DataType`) ?? 'String', Value }
  }
}

function invalid(what: string): ServiceError {
  return new ServiceError('InvalidParameter', `Invalid parameter: ${what}`)
}
