import { DatasetInUseError } from '../../shared/errors.ts'
import { readsDataset, runningTrainings } from '../../shared/trainings/running-trainings.ts'
import type { DatasetsContext } from './datasets-context.ts'

/** Refuses what would take files away from a running training. */
export async function refuseWhileTrained({ trainingsTable }: DatasetsContext, names: readonly string[]): Promise<void> {
  for (const training of await runningTrainings(trainingsTable)) {
    const name = names.find((candidate) => readsDataset(training, candidate))
    if (name === undefined) continue
    throw new DatasetInUseError(
      `dataset ${name} is read by the running training "${training.name}" (${training.id}): wait for its end or stop it`,
    )
  }
}
