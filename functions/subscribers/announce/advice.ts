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
    next: 'Correct the field that is named above and start {it} again.',
  },
  CheckpointNotFound: {
    what: 'An input is not in the library',
    next: 'Look at GET /checkpoints for its id or file name, upload it if it is missing, and start {it} again.',
  },
  CheckpointNotActive: {
    what: 'An input cannot be used',
    next: 'Complete its upload (PUT /checkpoints/{id}) or upload it again, then start {it} again.',
  },
  InvalidSafetensors: {
    what: 'An input is not a valid safetensors file',
    next: 'Upload a good copy of it, or convert it to safetensors again, and start {it} again.',
  },
  IncompatibleCheckpoints: {
    what: 'The inputs do not fit together',
    next: 'Choose models of the same family: SD1.5 with SD1.5, SDXL with SDXL. Inpainting models only go with a normal one as secondary.',
  },
  NameTaken: {
    what: 'There is a checkpoint of that name already',
    next: 'Choose another name, or rename or delete the other checkpoint, and start {it} again.',
  },
  InputChanged: {
    what: 'An input was replaced while it was being read',
    next: 'Start {it} again; it will read the new file.',
  },
  PlanMismatch: {
    what: 'The plan of the merge is not the one that was made',
    next: 'Start {it} again. If it comes back, tell the operator: something else writes into the bucket.',
  },
  VerificationFailed: {
    what: 'The stored result is not what was computed, so it was thrown away',
    next: 'Start {it} again. If it comes back, tell the operator.',
  },
  TransientError: {
    what: 'A service of AWS did not answer well, several times in a row',
    next: 'Nothing is wrong with your request: start {it} again in a few minutes.',
  },
  DuplicateId: {
    what: 'That Idempotency-Key is taken already',
    next: 'Send another Idempotency-Key, or none.',
  },
  AlreadyStarted: {
    what: 'It was started before, or deleted before it began',
    next: 'Nothing: the first one goes on. Its record shows what became of it.',
  },
  EndpointNotInService: {
    what: 'The endpoint takes no requests',
    next: 'Look at GET /endpoints for one that is in service, or deploy one, and start {it} again.',
  },
  DatasetNotFound: {
    what: 'The dataset is not there',
    next: 'Look at GET /datasets for its name, create it if it is missing, and start {it} again.',
  },
  DatasetNotEnabled: {
    what: 'The dataset cannot be used',
    next: 'Upload its files, set its status to Enabled (PUT /datasets/{name}) and start {it} again.',
  },
  InferenceNotFound: {
    what: 'It was deleted while it ran',
    next: 'Nothing was kept. Start another one whenever you like.',
  },
  InferenceFailed: {
    what: 'The endpoint could not make the image',
    next: 'Read the detail above: if it names a parameter, change that. If it says nothing, the operator finds the reason in the log of the endpoint.',
  },
  InferenceTimedOut: {
    what: 'No result came in three hours',
    next: 'Start another one. If it comes back, the operator looks whether the endpoint has instances and how long its queue is.',
  },
  OutputMissing: {
    what: 'The endpoint was done, but its reply is not in the bucket',
    next: 'Start {it} again. If it comes back, the operator looks for what deletes under sagemaker_output/.',
  },
  UnreadableReply: {
    what: 'The endpoint answered with something that holds no image',
    next: 'The operator checks that the backend of the endpoint is the one its image speaks.',
  },
  ModelNotFound: {
    what: 'The container did not find a model',
    next: 'Look at GET /checkpoints for the exact file name and start {it} again.',
  },
  InvalidPayload: {
    what: 'The container refuses a parameter',
    next: 'Correct the parameter that is named above and start {it} again.',
  },
  UnsupportedTask: {
    what: 'The endpoint cannot do what was asked',
    next: 'Choose an endpoint of another backend, or change the parameter that is named above.',
  },
  OutOfMemory: {
    what: 'The GPU has too little memory for the request',
    next: 'Ask for smaller or fewer images. The operator can give the endpoint a larger instance type: PATCH /endpoints/{name}.',
  },
  ModelNameTaken: {
    what: 'There is a packaged model of that name already',
    next: 'Choose another name, or delete the other model (DELETE /models/{id}), and start {it} again.',
  },
  InvalidModelPackage: {
    what: 'The tarball is not laid out as containers read it',
    next: 'Correct what the detail above names, pack it again (npm run pack-model checks before it packs), and start {it} again.',
  },
  ModelRefused: {
    what: 'SageMaker refused the model',
    next: 'Change what the detail above names and start {it} again.',
  },
  RoleTaken: {
    what: 'One of the roles has an endpoint already',
    next: 'Use that endpoint, delete it, or deploy for another role.',
  },
  EndpointNameTaken: {
    what: 'There is an endpoint of that name already',
    next: 'Choose another endpoint_name, or delete the other endpoint first.',
  },
  QuotaExceeded: {
    what: 'The account may not run that many instances of that type',
    next: 'Ask for a higher quota where the detail above says, or choose another instance type, then start {it} again.',
  },
  EndpointFailed: {
    what: 'SageMaker could not bring the endpoint up',
    next: 'The detail above is the reason of SageMaker. If the container did not become healthy, its log group /aws/sagemaker/Endpoints/ tells why.',
  },
  EndpointRolledBack: {
    what: 'SageMaker took the endpoint back',
    next: 'The detail above is the reason of SageMaker. Change what it names and start {it} again.',
  },
  EndpointRefused: {
    what: 'SageMaker refused what was asked',
    next: 'Change what the detail above names and start {it} again.',
  },
  EndpointGone: {
    what: 'The endpoint was deleted while it was being created',
    next: 'Start {it} again whenever you like.',
  },
  EndpointTooSlow: {
    what: 'SageMaker took longer than an hour',
    next: 'Start {it} again. If it comes back, the operator looks at the endpoint in the SageMaker console.',
  },
  UnexpectedStatus: {
    what: 'SageMaker reported a status that this version does not know',
    next: 'Tell the operator; the detail above has the status.',
  },
  DeletionFailed: {
    what: 'Something of the endpoint could not be deleted and may still cost money',
    next: 'Delete the endpoint again (DELETE /endpoints). If it comes back, the operator deletes what the detail above names.',
  },
  TrainingNotFound: {
    what: 'It was deleted while it ran',
    next: 'Nothing was kept. Start another one whenever you like.',
  },
  UntrainableBase: {
    what: 'The base model cannot be trained',
    next: 'Choose a base model of SD 1.x or SDXL that is no inpainting model, and start {it} again.',
  },
  UnreadableImages: {
    what: 'Some files of the dataset cannot be used',
    next: 'Replace or delete the files that are named above, and start {it} again.',
  },
  TrainingFailed: {
    what: 'The training program gave up',
    next: 'Change what the detail above names and start {it} again. The record below has the last lines of its log.',
  },
  TrainingRefused: {
    what: 'SageMaker would not start the training',
    next: 'Change what the detail above names and start {it} again.',
  },
  NoUsableOutput: {
    what: 'The training said that it was done, but no usable model came out',
    next: 'Start {it} again. If it comes back, the operator looks at the training image; the record below has the last lines of its log.',
  },
  CapacityUnavailable: {
    what: 'AWS had no free machine of the types that were asked for',
    next: 'Start {it} again later, or name more instanceTypes, which are tried one after the other.',
  },
  MaxRuntimeExceeded: {
    what: 'The training was not done in the time that it was given',
    next: 'Start {it} again with more maxRuntimeHours, fewer steps or a larger instance type.',
  },
  MaxWaitTimeExceeded: {
    what: 'There was not enough spot capacity in the time that the training was given',
    next: 'Start {it} again with more maxWaitHours, another instance type, or without spot.',
  },
  JobStopped: {
    what: 'Somebody stopped the training job at SageMaker',
    next: 'Start {it} again whenever you like.',
  },
  Stopped: { what: 'It was stopped', next: 'Nothing was kept. Start it again whenever you like.' },
  'States.Timeout': {
    what: 'It took too long',
    next: 'Start {it} again. If it comes back, tell the operator: what it works on may be larger than the limits allow for.',
  },
}

const OTHERWISE: Advice = {
  what: 'Something went wrong that should not',
  next: 'Start {it} again. If it comes back, tell the operator; the execution below shows the state that failed.',
}

/** The words for an error name, with `it` for what the person can start again; unknown names get words that are still true. */
export function adviceFor(errorName: string, it = 'the merge'): Advice {
  const { what, next } = Object.hasOwn(ADVICE, errorName) ? (ADVICE[errorName] as Advice) : OTHERWISE
  return { what, next: next.replace('{it}', it) }
}

/** The error names that have words of their own. */
export const ADVISED_ERRORS: readonly string[] = Object.keys(ADVICE)
