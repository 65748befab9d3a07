import { optionalEnv } from './env.ts'

const LEVELS = { DEBUG: 0, INFO: 1, ERROR: 2 } as const

type Level = keyof typeof LEVELS

/** What a log line tells beside its message. */
export type LogFields = Record<string, unknown>

const SECRET_NAME = /api-?_?key|authorization|password|secret|token|signature|presign|credential/i
const DEEPEST = 6

/** One JSON line about something worth knowing. Values under names that look like secrets are blanked, errors keep name, message and causes. */
export const log = {
  debug: (message: string, fields?: LogFields): void => write('DEBUG', message, fields),
  info: (message: string, fields?: LogFields): void => write('INFO', message, fields),
  error: (message: string, fields?: LogFields): void => write('ERROR', message, fields),
}

/** The text of a log line, without secrets. */
export function formatLogLine(level: Level, message: string, fields: LogFields = {}): string {
  return JSON.stringify({ level, message, ...(presentable(fields, 0) as LogFields) })
}

function write(level: Level, message: string, fields?: LogFields): void {
  if (LEVELS[level] < LEVELS[leastLevel()]) return
  console.log(formatLogLine(level, message, fields))
}

function leastLevel(): Level {
  const wanted = optionalEnv('LOG_LEVEL', 'INFO').toUpperCase()
  return wanted in LEVELS ? (wanted as Level) : 'INFO'
}

function presentable(value: unknown, depth: number): unknown {
  if (value instanceof Error) return presentableError(value, depth)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (depth >= DEEPEST) return '…'
  if (Array.isArray(value)) return value.map((item) => presentable(item, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      SECRET_NAME.test(name) ? '***' : presentable(field, depth + 1),
    ]),
  )
}

function presentableError(error: Error, depth: number): unknown {
  const told = { name: error.name, message: error.message, stack: error.stack }
  if (error.cause === undefined || depth >= DEEPEST) return told
  return { ...told, cause: presentable(error.cause, depth + 1) }
}
