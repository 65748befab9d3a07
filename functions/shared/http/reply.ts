import { optionalEnv } from '../env.ts'
import type { ApiResponse } from './api-request.ts'

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** What an answer carries beside its status; the message defaults to the reason phrase of the status. */
export interface ReplyContent {
  data?: unknown
  message?: string
}

/** An answer in the envelope of the REST contract: `{statusCode, data?, message}`, a 204 included. */
export function reply(statusCode: number, { data, message }: ReplyContent = {}): ApiResponse {
  const envelope = {
    statusCode,
    ...(data === undefined ? {} : { data }),
    message: message ?? REASONS[statusCode] ?? '',
  }
  return { statusCode, headers: contractHeaders(), body: JSON.stringify(envelope) }
}

function contractHeaders(): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'x-api-version': optionalEnv('API_VERSION', '1.5.0'),
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Headers': '*',
    'Access-Control-Allow-Methods': '*',
    'Access-Control-Allow-Credentials': 'true',
  }
}
