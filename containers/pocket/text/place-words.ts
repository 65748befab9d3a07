import type { WordPlaces } from '../tensor/words.ts'
import { findRoles } from './find-roles.ts'
import { parsePrompt } from './parse-prompt.ts'
import { rowOfWord } from './vocabulary.ts'

/** The prompts as the text encoder takes them, as many places as the longest needs; words after the `most` first are cut off. */
export function placeWords(prompts: readonly string[], most: number): WordPlaces {
  const parsed = prompts.map((prompt) => parsePrompt(prompt).slice(0, most))
  const places = Math.max(1, ...parsed.map((words) => words.length))
  const rows = new Int32Array(prompts.length * places)
  const weights = new Float32Array(prompts.length * places)
  parsed.forEach((words, index) => {
    const roles = findRoles(words)
    words.forEach(({ word, weight }, place) => {
      rows[index * places + place] = rowOfWord(word, roles[place])
      weights[index * places + place] = weight
    })
  })
  return { prompts: prompts.length, places, rows, weights }
}
