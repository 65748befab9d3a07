import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Where SageMaker puts what a training program reads, and takes from what it writes. */
export interface MlDirectory {
  readonly plan: string
  channel(name: 'base' | 'dataset' | 'class'): string
  readonly model: string
  readonly checkpoints: string
  readonly failure: string
}

/** SageMaker's layout below a root: `/opt/ml` on its machines. */
export function layOutMlDirectory(root: string): MlDirectory {
  const data = join(root, 'input', 'data')
  return {
    plan: join(data, 'config', 'training.json'),
    channel: (name) => join(data, name),
    model: join(root, 'model'),
    checkpoints: join(root, 'checkpoints'),
    failure: join(root, 'output', 'failure'),
  }
}

/** Writes a file so that nobody ever sees half of it. */
export async function writeWhole(file: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(`${file}.part`, bytes)
  await rename(`${file}.part`, file)
}
