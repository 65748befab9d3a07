/** The training cannot go on; the message is a sentence that says what to do about it. */
export class TrainingFailure extends Error {
  override readonly name = 'TrainingFailure'
}
