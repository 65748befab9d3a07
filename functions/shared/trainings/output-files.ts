/** The final file of a training of this name. */
export function outputFileName(name: string): string {
  return `${name}.safetensors`
}

const STEP = /^(.+)-step(\d{8})\.safetensors$/

/** The step after which an intermediate file was written; undefined when it is not one of this training. */
export function stepOfFile(fileName: string, name: string): number | undefined {
  const [, stem, step] = STEP.exec(fileName) ?? []
  return stem === name && step !== undefined ? Number(step) : undefined
}

/** How many files of one training the library takes. */
export const MOST_REGISTERED = 100

/** The order in which files are registered: the final one, the steps from the newest on; what is of neither kind is left out. */
export function inOrderOfUse<File extends { name: string }>(files: readonly File[], name: string): File[] {
  const rank = (file: File): number =>
    file.name === outputFileName(name) ? Number.POSITIVE_INFINITY : (stepOfFile(file.name, name) ?? -1)
  return files.filter((file) => rank(file) >= 0).sort((a, b) => (rank(b) > rank(a) ? 1 : rank(b) < rank(a) ? -1 : 0))
}
