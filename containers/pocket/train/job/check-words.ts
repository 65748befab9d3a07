import { findSharedRows, freeTokens, newWords } from '../../text/shared-rows.ts'
import { TrainingFailure } from './training-failure.ts'

export interface Prompts {
  readonly instancePrompt: string
  readonly classPrompt: string
  readonly captions: readonly string[]
  readonly log: (line: string) => void
}

/** Throws `TrainingFailure` when the new word of the subject is, to the model, the word of its class; tells of what is less bad. */
export function checkWords({ instancePrompt, classPrompt, captions, log }: Prompts): void {
  const [instanceWords, classWords] = [newWords([instancePrompt]), newWords([classPrompt])]
  const tokens = instanceWords.filter((word) => !classWords.includes(word))
  const captionWords = newWords(captions)
  const free = freeTokens([...instanceWords, ...classWords, ...captionWords])
  const [clash] = findSharedRows(tokens, [...classWords, ...instanceWords])
  if (clash !== undefined) {
    const [word, other] = clash
    throw new TrainingFailure(
      `The pocket model cannot tell “${word}” from “${other}”: they share a row of its word table. Use another word in the instance prompt, such as ${free.join(', ')}.`,
    )
  }
  if (tokens.length === 0 && captions.every((caption) => newWords([caption]).length === 0)) {
    log(
      `the prompts have no new word, so what their words mean will change; with a word such as ${free[0]} it would not`,
    )
  }
  for (const [word, other] of findSharedRows(tokens, captionWords)) {
    log(`“${other}” in the captions shares a row of the word table with “${word}”, and will mean the same`)
  }
}
