import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { GetObjectCommand, ListMultipartUploadsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { uploadCheckpoint } from '../../scripts/demo/upload-checkpoint.ts'
import type { StackProcess } from './stack-process.ts'

export interface MergeView {
  id: string
  name: string
  status: string
  checkpointId: string
  reason?: { error: string; cause: string }
  result?: { bucket: string; key: string; size: number; checkpointId: string }
  progress?: { partsDone: number; parts: number }
}

export interface MailView {
  subject: string
  body: string
}

const RUNNING = ['Planning', 'Merging']
const TRIES = 600
const PAUSE_MILLISECONDS = 50

/** Asks again until there is an answer other than undefined. */
export async function eventually<Answer>(ask: () => Promise<Answer | undefined>): Promise<Answer> {
  for (let tries = 0; tries < TRIES; tries++) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await sleep(PAUSE_MILLISECONDS)
  }
  throw new Error(`no answer in ${(TRIES * PAUSE_MILLISECONDS) / 1000} s`)
}

/** Puts a file into the library through the API; answers the checkpoint's id. */
export async function putIntoLibrary(stack: StackProcess, name: string, bytes: Uint8Array): Promise<string> {
  const path = join(stack.directory, name)
  writeFileSync(path, bytes)
  return uploadCheckpoint({
    api: stack.api,
    path,
    name,
    onCreated: () => {},
    onProgress: () => {},
    signal: new AbortController().signal,
  })
}

/** Starts a merge; answers its id. */
export async function startMerge(stack: StackProcess, body: object, headers?: Record<string, string>): Promise<string> {
  return (await stack.api.call<{ id: string }>('POST', '/merges', body, headers)).data.id
}

export async function readMerge(stack: StackProcess, id: string): Promise<MergeView> {
  return (await stack.api.call<MergeView>('GET', `/merges/${id}`)).data
}

/** The merge when it has ended and its mail is there. */
export async function untilAnnounced(stack: StackProcess, id: string): Promise<{ merge: MergeView; mail: MailView }> {
  const merge = await eventually(async () => {
    const view = await readMerge(stack, id)
    return RUNNING.includes(view.status) ? undefined : view
  })
  const mail = await eventually(async () => (await mailsAbout(stack, id))[0])
  return { merge, mail }
}

/** Every mail that names the merge, newest first. */
export async function mailsAbout(stack: StackProcess, id: string): Promise<MailView[]> {
  const response = await fetch(`${stack.file.mailboxUrl}.json`)
  const { mails } = (await response.json()) as { mails: MailView[] }
  return mails.filter(({ body }) => body.includes(id))
}

export async function readObject(
  stack: StackProcess,
  { bucket, key }: { bucket: string; key: string },
): Promise<Buffer> {
  const { Body } = await stack.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
  return Buffer.from((await Body?.transformToByteArray()) ?? [])
}

/** What is in the bucket: objects by key, and uploads that are neither complete nor aborted. */
export async function listBucket(stack: StackProcess): Promise<{ keys: string[]; uploads: string[] }> {
  const Bucket = stack.file.bucket
  const { Contents = [] } = await stack.s3.send(new ListObjectsV2Command({ Bucket }))
  const { Uploads = [] } = await stack.s3.send(new ListMultipartUploadsCommand({ Bucket }))
  return { keys: Contents.map(({ Key = '' }) => Key), uploads: Uploads.map(({ Key = '' }) => Key) }
}
