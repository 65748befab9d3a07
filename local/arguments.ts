import { parseArgs } from 'node:util'

/** The command line asks for something that does not exist or does not fit. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export interface StackArguments {
  /** Port of the AWS wire protocols. */
  port: number
  /** Port of the REST API. */
  apiPort: number
  dataDirectory: string
  /** Forget everything that earlier runs kept. */
  reset: boolean
  /** Where functions are invoked that the stack does not have. */
  lambdaEndpoint?: string
  help: boolean
}

export const STACK_USAGE = `Runs the whole system on this machine: npm start -- [options]

  --port N               AWS wire protocols, for --endpoint-url (default 4566)
  --api-port N           the REST API (default 3000)
  --data-dir DIR         where everything is kept (default .darkroom)
  --reset                forget everything that earlier runs kept there
  --lambda-endpoint URL  invoke functions there that the stack does not have itself
  --help                 this text`

const HIGHEST_PORT = 65_535

function parsePort(option: string, text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > HIGHEST_PORT) {
    throw new UsageError(`--${option}: ${text} is not a port, give a number from 0 to ${HIGHEST_PORT}`)
  }
  return port
}

function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new UsageError(`--lambda-endpoint: ${text} is not an http(s) URL`)
  }
  return text.replace(/\/$/, '')
}

function parse(words: string[]) {
  try {
    return parseArgs({
      args: words,
      options: {
        port: { type: 'string', default: '4566' },
        'api-port': { type: 'string', default: '3000' },
        'data-dir': { type: 'string', default: '.darkroom' },
        reset: { type: 'boolean', default: false },
        'lambda-endpoint': { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/** Reads the words after `npm start --`; throws `UsageError` saying what to change. */
export function parseStackArguments(words: string[]): StackArguments {
  const values = parse(words)
  const lambdaEndpoint = values['lambda-endpoint']
  return {
    port: parsePort('port', values.port),
    apiPort: parsePort('api-port', values['api-port']),
    dataDirectory: values['data-dir'],
    reset: values.reset,
    ...(lambdaEndpoint === undefined ? {} : { lambdaEndpoint: parseUrl(lambdaEndpoint) }),
    help: values.help,
  }
}
