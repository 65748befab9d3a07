import type { JsonObject } from '../http/json-body.ts'

/** As much of a prompt as a mail or a list shows. */
const LONGEST_EXCERPT = 300

/** The beginning of the prompt on one line, whole characters only; undefined when there is none. */
export function promptOf({ prompt }: JsonObject): string | undefined {
  if (typeof prompt !== 'string') return undefined
  const line = prompt.replace(/\s+/g, ' ').trim()
  const characters = [...line]
  if (characters.length <= LONGEST_EXCERPT) return line || undefined
  return `${characters.slice(0, LONGEST_EXCERPT).join('')}…`
}
