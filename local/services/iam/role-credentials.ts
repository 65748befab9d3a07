import { createHmac } from 'node:crypto'

/** What a function's environment gets as `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`. */
export interface RoleCredentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken: string
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/**
 * A role's credentials, derived from the data directory's secret: the same after a restart, so that whatever holds
 * them goes on working, and different in every data directory.
 */
export function deriveRoleCredentials(secret: string | Buffer, roleArn: string): RoleCredentials {
  const derive = (purpose: string): Buffer => createHmac('sha512', secret).update(`${purpose}\n${roleArn}`).digest()
  const letters = [...derive('access key id').subarray(0, 16)].map((byte) => BASE32[byte % 32]).join('')
  return {
    accessKeyId: `ASIA${letters}`,
    secretAccessKey: derive('secret access key').toString('base64').slice(0, 40),
    sessionToken: derive('session token').toString('base64'),
  }
}
