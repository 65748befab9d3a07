import { createHmac } from 'node:crypto'

/** What a signing key is derived from. */
export interface SigningScope {
  accessKeyId: string
  secretAccessKey: string
  date: string
  region: string
  service: string
}

/** Far more than a day's keys of one laptop; a client that signs with random scopes must not fill the memory. */
const CACHE_LIMIT = 2_000

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** Derives SigV4 signing keys and remembers them: four of the five HMACs of a signature depend on the scope only. */
export function createSigningKeys(): (scope: SigningScope) => Buffer {
  const keys = new Map<string, Buffer>()
  return (scope) => {
    const name = [scope.accessKeyId, scope.secretAccessKey, scope.date, scope.region, scope.service].join('\n')
    const known = keys.get(name)
    if (known !== undefined) return known
    const key = [scope.region, scope.service, 'aws4_request'].reduce(
      hmac,
      hmac(`AWS4${scope.secretAccessKey}`, scope.date),
    )
    if (keys.size >= CACHE_LIMIT) keys.clear()
    keys.set(name, key)
    return key
  }
}
