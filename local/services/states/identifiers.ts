import { randomUUID } from 'node:crypto'

/** Names an execution nobody named, a revision, or the source of an execution's randomness. */
export function newIdentifier(): string {
  return randomUUID()
}
