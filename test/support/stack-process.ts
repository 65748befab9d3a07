import '../../local/quiet-sdk.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { S3Client } from '@aws-sdk/client-s3'
import { SFNClient } from '@aws-sdk/client-sfn'
import type { StackFile } from '../../local/stack-file.ts'
import { type ApiClient, createApiClient } from '../../scripts/demo/api-client.ts'
import { FREE_PORTS, startStackChild } from '../../scripts/stack-child.ts'

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

/** Starts a stack on the data directory, a new one by default. */
export async function startStackProcess(
  directory = makeDataDirectory(),
  options: string[] = [],
): Promise<StackProcess> {
  const {
    stack: file,
    printed,
    end,
  } = await startStackChild(directory, {
    options: [...FREE_PORTS, ...options],
  })
  const aws = {
    endpoint: file.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  }
  return {
    file,
    directory,
    api: createApiClient(file.apiUrl, file.apiKey, 'admin'),
    s3: new S3Client({ ...aws, forcePathStyle: true }),
    sfn: new SFNClient(aws),
    printed,
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
