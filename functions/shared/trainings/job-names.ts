import { createHash } from 'node:crypto'

const HASH_LENGTH = 12

/** What the names of a training's jobs begin with. The same training has the same, so no job is ever made twice. */
export function jobNamePrefix(namePrefix: string, id: string): string {
  return `${namePrefix}-${createHash('sha256').update(id).digest('hex').slice(0, HASH_LENGTH)}`
}

/** The names of all jobs that a training with so many instance types may have made. */
export function jobNames(prefix: string, attempts: number): string[] {
  return Array.from({ length: attempts }, (_, index) => `${prefix}-${index + 1}`)
}

/** The most instance types that a training tries one after the other. */
export const MOST_INSTANCE_TYPES = 5
