import { layOutMlDirectory, writeWhole } from './train/job/ml-directory.ts'
import { runTraining } from './train/job/run-training.ts'
import { sentenceOf, TrainingFailure } from './train/job/training-failure.ts'

/**
 * Dreambooth and LoRA as SageMaker runs a training program: `docker run <image> train`, or
 * DARKROOM_ML_DIR=… node --import tsx containers/pocket/train-job.ts. The README says what it reads and writes.
 */
const root = process.env.DARKROOM_ML_DIR ?? '/opt/ml'
const stop = new AbortController()
// Heard every time: a second one must not kill it while it puts the training away.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort())

try {
  await runTraining({ root, log: console.log, now: () => performance.now(), signal: stop.signal })
} catch (error) {
  console.error(error instanceof TrainingFailure ? error.message : error)
  await writeWhole(layOutMlDirectory(root).failure, sentenceOf(error))
  process.exitCode = 1
}
