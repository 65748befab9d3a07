import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { AuthenticationError } from './authentication-error.ts'
import { canonicalRequest, type SignedParts } from './canonical-request.ts'
import type { SignatureClaim } from './signature-claim.ts'

/** How far a client's clock may be off. */
const SKEW_MILLISECONDS = 15 * 60_000

/** Everything a signature is checked against. */
export interface SignatureCheck {
  claim: SignatureClaim
  parts: Omit<SignedParts, 'signedHeaders'>
  signingKey: Buffer
}

/** Throws `AuthenticationError` when the signature is not the one this key makes for this request. */
export function verifySignature({ claim, parts, signingKey }: SignatureCheck): void {
  const canonical = canonicalRequest({ ...parts, signedHeaders: claim.signedHeaders })
  const scope = `${claim.date}/${claim.region}/${claim.service}/aws4_request`
  const hash = createHash('sha256').update(canonical).digest('hex')
  const expected = createHmac('sha256', signingKey)
    .update(`AWS4-HMAC-SHA256\n${claim.signedAt}\n${scope}\n${hash}`)
    .digest('hex')
  if (sameText(expected, claim.signature)) return
  throw new AuthenticationError(
    'wrong-signature',
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key ' +
      `and signing method. On the laptop stack the secret of access key test is test.\n\nThe Canonical String for this request should have been\n'${canonical}'`,
  )
}

/** Throws `AuthenticationError` when the claim is too old, too new, or inconsistent about its date. */
export function checkSignedAt(claim: SignatureClaim, now: number): void {
  if (!claim.signedAt.startsWith(claim.date)) {
    throw new AuthenticationError(
      'incomplete',
      `Date in Credential scope does not match: '${claim.date}' is not the day of '${claim.signedAt}'`,
    )
  }
  const age = now - parseBasicDate(claim.signedAt)
  if (age < -SKEW_MILLISECONDS) {
    throw new AuthenticationError(
      'skewed',
      `Signature not yet current: ${claim.signedAt} is later than ${basicDate(now)} (+ 15 min.)`,
    )
  }
  if (claim.expiresIn === undefined && age > SKEW_MILLISECONDS) {
    throw new AuthenticationError(
      'skewed',
      `Signature expired: ${claim.signedAt} is now earlier than ${basicDate(now)} (- 15 min.)`,
    )
  }
  if (claim.expiresIn !== undefined && age > claim.expiresIn * 1_000) {
    throw new AuthenticationError('expired-url', 'Request has expired')
  }
}

/** Hex SHA-256 of a body. */
export function hashPayload(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex')
}

function sameText(a: string, b: string): boolean {
  const [bytesA, bytesB] = [Buffer.from(a), Buffer.from(b)]
  return bytesA.length === bytesB.length && timingSafeEqual(bytesA, bytesB)
}

function parseBasicDate(text: string): number {
  return Date.parse(text.replace(/^(....)(..)(..T..)(..)(..)Z$/, '$1-$2-$3:$4:$5Z'))
}

function basicDate(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d+/g, '')
}
