/** The training cannot go on; the message is a sentence that says what to do about it. */
export class TrainingFailure extends Error {
  override readonly name = 'TrainingFailure'
}

/** What to tell of an error: a `TrainingFailure` speaks for itself. */
export function sentenceOf(error: unknown): string {
  if (error instanceof TrainingFailure) return error.message
  const message = error instanceof Error ? error.message : String(error)
  if (/allocation failed|out of memory/i.test(message)) {
    return `The memory was not enough (${message}); use a smaller batch size or a larger instance type.`
  }
  return `The trainer failed: ${message}`
}
