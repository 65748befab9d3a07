import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import type { SNSClient } from '@aws-sdk/client-sns'
import type { S3Location } from '../s3-uri.ts'

export interface RoleCredentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

/** What SageMaker does in the name of a role. Rejects with the SDK's errors; nothing is tried twice. */
export interface ClientsOfRole {
  credentials: RoleCredentials
  readObject(location: S3Location): Promise<Readable>
  /** All keys that begin with the location's. */
  listKeys(location: S3Location): AsyncIterable<string>
  writeObject(location: S3Location, content: { body: Buffer; contentType: string }): Promise<void>
  /** The first `size` bytes of a file. */
  uploadFile(location: S3Location, content: { file: string; size: number }): Promise<void>
  publish(topicArn: string, message: string): Promise<void>
}

export interface RoleClients {
  (roleArn: string): ClientsOfRole
  close(): void
}

export interface RoleClientsOptions {
  endpoint: string
  region: string
  credentialsFor(roleArn: string): RoleCredentials
}

/** Bytes up to which a file is sent from memory, which is quicker than a stream. */
const SMALL = 2 ** 20

/** Clients of the stack's own endpoint, so that the role's policies are asked like anybody's. */
export function createRoleClients(options: RoleClientsOptions): RoleClients {
  const known = new Map<string, ClientsOfRole>()
  const opened: { destroy(): void }[] = []
  const clientsOf = (roleArn: string): ClientsOfRole => {
    const clients = known.get(roleArn) ?? openClients(options, roleArn, (client) => opened.push(client))
    known.set(roleArn, clients)
    return clients
  }
  return Object.assign(clientsOf, {
    close() {
      for (const client of opened) client.destroy()
    },
  })
}

function openClients(
  { endpoint, region, credentialsFor }: RoleClientsOptions,
  roleArn: string,
  onOpened: (client: { destroy(): void }) => void,
): ClientsOfRole {
  const credentials = credentialsFor(roleArn)
  // Who tries again, and how long, is decided by the work, not by the client.
  const settings = { endpoint, region, credentials, maxAttempts: 1 }
  let [s3, sns]: [Promise<S3Client> | undefined, Promise<SNSClient> | undefined] = [undefined, undefined]
  // Loaded when first needed: a stack without endpoints starts faster without them.
  const openS3 = async (): Promise<S3Client> => {
    const client = new (await import('@aws-sdk/client-s3')).S3Client({ ...settings, forcePathStyle: true })
    onOpened(client)
    return client
  }
  const openSns = async (): Promise<SNSClient> => {
    const client = new (await import('@aws-sdk/client-sns')).SNSClient(settings)
    onOpened(client)
    return client
  }
  const s3Client = (): Promise<S3Client> => (s3 ??= openS3())
  const snsClient = (): Promise<SNSClient> => (sns ??= openSns())
  return {
    credentials,
    async readObject({ bucket, key }) {
      const { GetObjectCommand } = await import('@aws-sdk/client-s3')
      const { Body } = await (await s3Client()).send(new GetObjectCommand({ Bucket: bucket, Key: key }))
      return Body as Readable
    },
    async *listKeys({ bucket, key: Prefix }) {
      const { paginateListObjectsV2 } = await import('@aws-sdk/client-s3')
      for await (const page of paginateListObjectsV2({ client: await s3Client() }, { Bucket: bucket, Prefix }))
        yield* (page.Contents ?? []).map(({ Key = '' }) => Key)
    },
    async writeObject({ bucket, key }, { body, contentType }) {
      const { PutObjectCommand } = await import('@aws-sdk/client-s3')
      const put = new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: contentType })
      await (await s3Client()).send(put)
    },
    async uploadFile({ bucket, key }, { file, size }) {
      const { PutObjectCommand } = await import('@aws-sdk/client-s3')
      const Body = size <= SMALL ? (await readFile(file)).subarray(0, size) : createReadStream(file, { end: size - 1 })
      await (await s3Client()).send(new PutObjectCommand({ Bucket: bucket, Key: key, Body, ContentLength: size }))
    },
    async publish(TopicArn, Message) {
      const { PublishCommand } = await import('@aws-sdk/client-sns')
      await (await snsClient()).send(new PublishCommand({ TopicArn, Message }))
    },
  }
}
