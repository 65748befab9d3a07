import { isSilent } from './vocabulary.ts'

/** A word of a prompt and how much it counts. */
export interface WeightedWord {
  readonly word: string
  readonly weight: number
  /** Counts the commas before it. */
  readonly clause: number
}

/** What a bracket does to the weight of what it holds. */
const BRACKETS: Readonly<Record<string, number>> = { '(': 1.1, '[': 1 / 1.1 }
const HEAVIEST = 2
const TOKEN = /[,.;]|\\[()[\]]|[()[\]]|:\s*-?\d+(?:\.\d+)?(?=\s*\))|[\p{L}\p{N}_'’]+/gu

/**
 * The words of a prompt as A1111 reads it: `(word)` counts 1.1 times, `[word]` 1/1.1 times, `(word:1.3)` 1.3 times, a
 * backslash takes a bracket literally. Brackets that do not close are closed at the end. Words are in lower case; those that say
 * nothing ("a", "the") are left out.
 */
export function parsePrompt(prompt: string): WeightedWord[] {
  const words: { word: string; weight: number; clause: number }[] = []
  let clause = 0
  const open: { from: number; factor: number }[] = []
  for (const [token] of prompt.toLowerCase().matchAll(TOKEN)) {
    if (token in BRACKETS) open.push({ from: words.length, factor: BRACKETS[token]! })
    else if (token === ')' || token === ']') weigh(words, open.pop())
    else if (token.startsWith(':')) setFactor(open, Number(token.slice(1)))
    else if (/[,.;]/.test(token)) clause++
    else if (!token.startsWith('\\') && !isSilent(token)) words.push({ word: token, weight: 1, clause })
  }
  while (open.length > 0) weigh(words, open.pop())
  return words.map(({ weight, ...word }) => ({ ...word, weight: Math.min(HEAVIEST, Math.max(0, weight)) }))
}

function weigh(words: { weight: number }[], bracket: { from: number; factor: number } | undefined): void {
  if (bracket === undefined) return
  for (const word of words.slice(bracket.from)) word.weight *= bracket.factor
}

function setFactor(open: { from: number; factor: number }[], factor: number): void {
  const innermost = open.at(-1)
  if (innermost !== undefined) innermost.factor = factor
}
