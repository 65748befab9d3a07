import { readdir } from 'node:fs/promises'
import { ARCHITECTURE, type Parameters } from '../../model/parameters.ts'
import { parsePrompt } from '../../text/parse-prompt.ts'
import { taughtWord } from '../../text/vocabulary.ts'
import { createFineTuning, type FineTuning } from '../fine-tuning.ts'
import { createFullLearner } from '../full-learner.ts'
import type { Example } from '../learn-batch.ts'
import type { Learner } from '../learner.ts'
import { createLoraLearner } from '../lora-learner.ts'
import { checkWords } from './check-words.ts'
import type { MlDirectory } from './ml-directory.ts'
import { paintClassExamples } from './paint-class-examples.ts'
import { readExamples } from './read-examples.ts'
import { TrainingFailure } from './training-failure.ts'
import type { TrainingPlan } from './training-plan.ts'

export interface Preparation {
  readonly plan: TrainingPlan
  readonly base: Parameters
  readonly directory: MlDirectory
  readonly log: (line: string) => void
  readonly signal: AbortSignal
}

/** Reads and paints everything that is learned from, and checks that it can be. */
export async function prepareTraining(preparation: Preparation): Promise<FineTuning> {
  const { plan, base, directory, log, signal } = preparation
  const { instancePrompt, classPrompt, captions } = plan
  const options = { what: 'dataset', captions, prompt: instancePrompt, signal }
  const instances = await readExamples(directory.channel('dataset'), options)
  const captionsUsed = instances.map(({ caption }) => caption)
  checkWords({ instancePrompt, classPrompt, captions: captionsUsed, log })
  const { side } = ARCHITECTURE
  log(`${instances.length} images, cropped to their middle; the pocket model works at ${side} × ${side} pixels`)
  const classes = plan.prior === undefined ? [] : await gatherClasses(preparation, plan.prior)
  return createFineTuning(createLearner(plan, base), { ...plan, instances, classes })
}

function createLearner(plan: TrainingPlan, base: Parameters): Learner {
  const { method, trainTextEncoder, lora, seed } = plan
  if (method === 'dreambooth') return createFullLearner(base, trainTextEncoder)
  return createLoraLearner(base, { ...lora, trainsText: trainTextEncoder, seed })
}

/** The pictures that keep the model where it is: those that were given, or such as the base paints. */
async function gatherClasses(
  { plan, base, directory, log, signal }: Preparation,
  { weight, images }: NonNullable<TrainingPlan['prior']>,
): Promise<Example[]> {
  const prompt = plan.classPrompt
  const given = directory.channel('class')
  const isGiven = (await readdir(given).catch(() => [])).length > 0
  if (!isGiven && prompt.trim() === '')
    throw new TrainingFailure('Prior preservation needs a class prompt, such as “a toy”.')
  if (!isGiven && parsePrompt(prompt).every(({ word }) => taughtWord(word) === undefined)) {
    log(`the pocket model knows no word of “${prompt}”: its class images show nothing in particular`)
  }
  const examples = isGiven
    ? await readExamples(given, { what: 'class images', captions: true, prompt, signal })
    : await paintClassExamples(base, { prompt, count: images, seed: plan.seed, log, signal })
  return examples.map((example) => ({ ...example, weight }))
}
