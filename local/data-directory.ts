import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findRunningStack } from './stack-file.ts'

/** Another stack works on the data directory. */
export class DataDirectoryInUseError extends Error {
  override readonly name = 'DataDirectoryInUseError'
}

const KEY_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const API_KEY_LENGTH = 20

/** What the laptop has made up for itself, once for each data directory. */
export interface LocalSecrets {
  /** Role credentials are derived from it. */
  roles: string
  /** The value of the REST API's key: 20 letters and digits, as API Gateway makes them. */
  apiKey: string
}

function makeApiKey(): string {
  // A byte of 248 and more would make the first letters likelier than the others.
  const letters: string[] = []
  while (letters.length < API_KEY_LENGTH) {
    const [byte = 0] = randomBytes(1)
    if (byte < 248) letters.push(KEY_ALPHABET.charAt(byte % 62))
  }
  return letters.join('')
}

/** Makes the directory ready for one stack, empty if `reset`. Throws `DataDirectoryInUseError`. */
export function openDataDirectory(path: string, reset: boolean): void {
  const running = findRunningStack(path)
  if (running) {
    throw new DataDirectoryInUseError(
      `a stack (process ${running.pid}) already runs on ${path}: stop it, or choose another folder with --data-dir`,
    )
  }
  if (reset) rmSync(path, { recursive: true, force: true })
  mkdirSync(path, { recursive: true })
}

/** The data directory's secrets, made at the first call; only their owner can read the file. */
export function readSecrets(dataDirectory: string): LocalSecrets {
  const path = join(dataDirectory, 'secrets.json')
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as LocalSecrets
  const secrets = { roles: randomBytes(32).toString('hex'), apiKey: makeApiKey() }
  writeFileSync(path, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
  return secrets
}
