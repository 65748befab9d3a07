import '../../local/quiet-sdk.ts'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { S3Client } from '@aws-sdk/client-s3'
import { SFNClient } from '@aws-sdk/client-sfn'
import { findRunningStack, type StackFile } from '../../local/stack-file.ts'
import { type ApiClient, createApiClient } from '../../scripts/demo/api-client.ts'

/** The laptop stack as a user starts it: a process of its own on free ports. */
export interface StackProcess {
  file: StackFile
  directory: string
  api: ApiClient
  s3: S3Client
  sfn: SFNClient
  /** What it has printed so far. */
  printed(): string
  /** As a power cut would. */
  kill(): Promise<void>
  /** As Ctrl-C would; answers the exit code. */
  stop(): Promise<number | null>
}

const READY = /^Darkroom is ready/

async function untilReady(child: ChildProcess, printed: string[]): Promise<void> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  child.stderr?.on('data', (data: Buffer) => printed.push(data.toString()))
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      printed.push(line)
      if (READY.test(line)) resolve()
    })
    child.once('exit', (code) => reject(new Error(`the stack ended with ${code}:\n${printed.join('\n')}`)))
  })
}

/** Starts a stack on the data directory, a new one by default. */
export async function startStackProcess(
  directory = makeDataDirectory(),
  options: string[] = [],
): Promise<StackProcess> {
  const words = [
    '--import',
    'tsx',
    'local/main.ts',
    '--port',
    '0',
    '--api-port',
    '0',
    '--data-dir',
    directory,
    ...options,
  ]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] })
  const printed: string[] = []
  await untilReady(child, printed)
  const file = findRunningStack(directory)
  if (!file) throw new Error('the stack is ready but has not written where it listens')
  const aws = {
    endpoint: file.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  }
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
    child.kill(signal)
    const [code] = (await once(child, 'exit')) as [number | null]
    return code
  }
  return {
    file,
    directory,
    api: createApiClient(file.apiUrl, file.apiKey, 'admin'),
    s3: new S3Client({ ...aws, forcePathStyle: true }),
    sfn: new SFNClient(aws),
    printed: () => printed.join('\n'),
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  }
}

export function makeDataDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'darkroom-e2e-'))
}

export function removeDataDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true })
}
