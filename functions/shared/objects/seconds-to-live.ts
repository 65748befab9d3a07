/**
 * How long a URL can live that is signed now with credentials that expire then: it ends with them. Credentials that
 * name no end are trusted.
 */
export function secondsToLive(
  expiration: Date | undefined,
  { longest, now }: { longest: number; now: number },
): number {
  if (expiration === undefined) return longest
  const left = Math.floor((expiration.getTime() - now) / 1000)
  return Math.max(1, Math.min(longest, left))
}
