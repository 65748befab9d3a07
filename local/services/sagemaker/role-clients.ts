import type { Readable } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import type { SNSClient } from '@aws-sdk/client-sns'
import type { S3Location } from '../s3-uri.ts'
import { type FileContent, uploadFile } from './upload-file.ts'

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
  uploadFile(location: S3Location, content: FileContent): Promise<void>
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
    uploadFile: async (location, content) => uploadFile(await s3Client(), { location, content }),
    async publish(TopicArn, Message) {
      const { PublishCommand } = await import('@aws-sdk/client-sns')
      await (await snsClient()).send(new PublishCommand({ TopicArn, Message }))
    },
  }
}
