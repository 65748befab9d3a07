import { swish } from '../tensor/elementwise.ts'
import { linear } from '../tensor/linear.ts'
import type { Matrix } from '../tensor/matrix.ts'
import type { Tape } from '../tensor/tape.ts'
import { lookUpWords, seeNeighbours, sumWords, type WordPlaces } from '../tensor/words.ts'
import { ARCHITECTURE, linearWeights, type Parameters } from './parameters.ts'

/** What the prompts say: one row per prompt; zeros for an empty prompt. Windows of words are read and their meanings summed. */
export function encodeText(tape: Tape, model: Parameters, words: WordPlaces): Matrix {
  const embedded = lookUpWords(tape, model.get('cond_stage_model.token_embedding.weight')!, words)
  const windows = seeNeighbours(tape, embedded, words, ARCHITECTURE.window)
  const read = swish(tape, linear(tape, windows, linearWeights(model, 'cond_stage_model.window')))
  return sumWords(tape, linear(tape, read, linearWeights(model, 'cond_stage_model.projection')), words)
}
