import { randomInt, randomUUID } from 'node:crypto'

/** Names an execution nobody named, a revision, or the source of an execution's randomness. */
export function newIdentifier(): string {
  return randomUUID()
}

/** A number from 0 to 99, each as likely. */
export function drawPercentage(): number {
  return randomInt(100)
}
