import { parsePrompt } from './parse-prompt.ts'
import { rowOfWord, taughtWord } from './vocabulary.ts'

/** Two words that the model cannot tell apart. */
export type SharedRow = readonly [word: string, other: string]

/** Words that mean nothing in any language, to try when another is taken. */
const TOKENS: readonly string[] = ['sks', 'zwx', 'ohwx', 'qpl', 'vlk', 'mxk', 'tjr', 'bnd', 'grf', 'wqz', 'fzk', 'lpt']

/** The words of the prompts that nobody taught the model, each once. */
export function newWords(prompts: readonly string[]): string[] {
  const words = prompts.flatMap((prompt) => parsePrompt(prompt).map(({ word }) => word))
  return [...new Set(words)].filter((word) => taughtWord(word) === undefined)
}

/** The pairs of different words, one of either list, that share a row of the word table by their hash. */
export function findSharedRows(words: readonly string[], others: readonly string[]): SharedRow[] {
  return words.flatMap((word) =>
    others
      .filter((other) => other !== word && rowOfWord(other) === rowOfWord(word))
      .map((other): SharedRow => [word, other]),
  )
}

/** Words to use as tokens that share no row with these. */
export function freeTokens(taken: readonly string[]): string[] {
  return TOKENS.filter((token) => !taken.includes(token) && findSharedRows([token], taken).length === 0).slice(0, 3)
}
