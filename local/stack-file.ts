import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where a running laptop stack listens and what its callers need. Only its owner can read the file. */
export interface StackFile {
  pid: number
  /** AWS wire protocols, for `--endpoint-url`. */
  endpoint: string
  /** Base URL of the REST API, stage included, without a slash at its end. */
  apiUrl: string
  apiKey: string
  mailboxUrl: string
  bucket: string
}

const pathOf = (dataDirectory: string): string => join(dataDirectory, 'stack.json')

export function writeStackFile(dataDirectory: string, stack: StackFile): void {
  writeFileSync(pathOf(dataDirectory), `${JSON.stringify(stack, null, 2)}\n`, { mode: 0o600 })
}

export function removeStackFile(dataDirectory: string): void {
  rmSync(pathOf(dataDirectory), { force: true })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** The stack that runs on this data directory, or undefined. A file left behind by a killed stack does not count. */
export function findRunningStack(dataDirectory: string): StackFile | undefined {
  try {
    const stack = JSON.parse(readFileSync(pathOf(dataDirectory), 'utf8')) as StackFile
    return isAlive(stack.pid) ? stack : undefined
  } catch {
    return undefined
  }
}
