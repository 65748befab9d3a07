import type { IncomingMessage } from 'node:http'
import type { Clock } from '../clock.ts'
import type { Principal } from './service.ts'
import { AuthenticationError } from './sigv4/authentication-error.ts'
import { payloadHashOf } from './sigv4/payload-hash.ts'
import type { SignatureClaim } from './sigv4/signature-claim.ts'
import { createSigningKeys } from './sigv4/signing-key.ts'
import { checkSignedAt, verifySignature } from './sigv4/verify-signature.ts'

/** Somebody who can sign. */
export interface Identity {
  principal: Principal
  secretAccessKey: string
  /** Temporary credentials have one, and requests must bring it. */
  sessionToken?: string
}

export interface AuthenticatorOptions {
  findByAccessKey(accessKeyId: string): Identity | undefined
  clock: Clock
}

export interface Authenticator {
  /** Who claims to have signed; throws when the key is unknown or the claim is out of date. Cheap: needs no body. */
  identify(claim: SignatureClaim): Identity
  /** Throws unless the signature is the identity's own over this very request. */
  verify(claim: SignatureClaim, identity: Identity, request: VerifiedRequest): void
}

export interface VerifiedRequest {
  incoming: IncomingMessage
  url: URL
  body: Buffer | undefined
}

const CREDENTIALS_ADVICE = "Use the laptop stack's credentials: AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test"

/** Checks SigV4 claims, in the header and in presigned URLs, against known identities. */
export function createAuthenticator({ findByAccessKey, clock }: AuthenticatorOptions): Authenticator {
  const signingKeyOf = createSigningKeys()
  return {
    identify(claim) {
      const identity = findByAccessKey(claim.accessKeyId)
      if (identity === undefined) {
        throw new AuthenticationError(
          'unknown-key',
          `The access key '${claim.accessKeyId}' does not exist here. ${CREDENTIALS_ADVICE}`,
        )
      }
      if (identity.sessionToken !== undefined && identity.sessionToken !== claim.sessionToken) {
        throw new AuthenticationError('wrong-token', 'The security token included in the request is invalid')
      }
      checkSignedAt(claim, clock.now())
      return identity
    },
    verify(claim, { secretAccessKey }, { incoming, url, body }) {
      verifySignature({
        claim,
        signingKey: signingKeyOf({ ...claim, secretAccessKey }),
        parts: {
          method: incoming.method ?? 'GET',
          target: incoming.url ?? '/',
          rawHeaders: incoming.rawHeaders,
          payloadHash: payloadHashOf({ headers: incoming.headers, query: url.searchParams, body }),
          encodePathOnce: claim.service === 's3',
        },
      })
    },
  }
}
