import { S3Client } from '@aws-sdk/client-s3'
import { SNSClient } from '@aws-sdk/client-sns'

export interface RoleCredentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

/** What SageMaker does in the name of a role: it reads and writes objects, and publishes. */
export interface ClientsOfRole {
  credentials: RoleCredentials
  s3: S3Client
  sns: SNSClient
}

export type RoleClients = (roleArn: string) => ClientsOfRole

export interface RoleClientsOptions {
  endpoint: string
  region: string
  credentialsFor(roleArn: string): RoleCredentials
}

/** Clients of the stack's own endpoint, so that the role's policies are asked like anybody's. */
export function createRoleClients({
  endpoint,
  region,
  credentialsFor,
}: RoleClientsOptions): RoleClients & { close(): void } {
  const known = new Map<string, ClientsOfRole>()
  const clientsOf = (roleArn: string): ClientsOfRole => {
    const existing = known.get(roleArn)
    if (existing !== undefined) return existing
    const credentials = credentialsFor(roleArn)
    // Who tries again, and how long, is decided by the work, not by the client.
    const settings = { endpoint, region, credentials, maxAttempts: 1 }
    const clients = {
      credentials,
      s3: new S3Client({ ...settings, forcePathStyle: true }),
      sns: new SNSClient(settings),
    }
    known.set(roleArn, clients)
    return clients
  }
  return Object.assign(clientsOf, {
    close() {
      for (const { s3, sns } of known.values()) {
        s3.destroy()
        sns.destroy()
      }
    },
  })
}
