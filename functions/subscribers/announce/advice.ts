/** A failure in words, and what the person can do about it. */
export interface Advice {
  /** What happened, as the first half of a sentence. */
  what: string
  /** What to do next. */
  next: string
}

/** By error name; docs/errors.md says the same at greater length. */
const ADVICE: Readonly<Record<string, Advice>> = {
  InvalidRequest: {
    what: 'The request cannot be done as written',
    next: 'Correct the field that is named above and start the merge again.',
  },
  CheckpointNotFound: {
    what: 'An input is not in the library',
    next: 'Look at GET /checkpoints for its id or file name, upload it if it is missing, and start the merge again.',
  },
  CheckpointNotActive: {
    what: 'An input cannot be used',
    next: 'Complete its upload (PUT /checkpoints/{id}) or upload it again, then start the merge again.',
  },
  InvalidSafetensors: {
    what: 'An input is not a valid safetensors file',
    next: 'Upload a good copy of it, or convert it to safetensors again, and start the merge again.',
  },
  IncompatibleCheckpoints: {
    what: 'The inputs do not fit together',
    next: 'Choose models of the same family: SD1.5 with SD1.5, SDXL with SDXL. Inpainting models only go with a normal one as secondary.',
  },
  NameTaken: {
    what: 'There is a checkpoint of that name already',
    next: 'Choose another name, or rename or delete the other checkpoint, and start the merge again.',
  },
  InputChanged: {
    what: 'An input was replaced while it was being read',
    next: 'Start the merge again; it will read the new file.',
  },
  PlanMismatch: {
    what: 'The plan of the merge is not the one that was made',
    next: 'Start the merge again. If it comes back, tell the operator: something else writes into the bucket.',
  },
  VerificationFailed: {
    what: 'The stored result is not what was computed, so it was thrown away',
    next: 'Start the merge again. If it comes back, tell the operator.',
  },
  TransientError: {
    what: 'A service of AWS did not answer well, several times in a row',
    next: 'Nothing is wrong with your request: start the merge again in a few minutes.',
  },
  DuplicateId: {
    what: 'A merge with that Idempotency-Key is already recorded',
    next: 'Send another Idempotency-Key, or none.',
  },
  Stopped: { what: 'It was stopped', next: 'Nothing was kept. Start it again whenever you like.' },
  'States.Timeout': {
    what: 'It took too long',
    next: 'Start the merge again. If it comes back, tell the operator: the inputs may be larger than the limits allow for.',
  },
}

const OTHERWISE: Advice = {
  what: 'Something went wrong that should not',
  next: 'Start the merge again. If it comes back, tell the operator; the execution below shows the state that failed.',
}

/** The words for an error name; unknown names get words that are still true. */
export function adviceFor(errorName: string): Advice {
  return Object.hasOwn(ADVICE, errorName) ? (ADVICE[errorName] as Advice) : OTHERWISE
}

/** The error names that have words of their own. */
export const ADVISED_ERRORS: readonly string[] = Object.keys(ADVICE)
