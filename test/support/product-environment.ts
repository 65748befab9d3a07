/** Import this before any handler: handlers read the environment when they load. */
const values = {
  BUCKET: 'library',
  CHECKPOINTS_TABLE: 'Checkpoints',
  MERGES_TABLE: 'Merges',
  ACCOUNTS_TABLE: 'Accounts',
  TOPIC_ARN: 'arn:aws:sns:us-east-1:000000000000:topic',
  EVENT_BUS: 'darkroom-test',
  MERGE_MACHINE_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:merge-checkpoint',
  ENDPOINTS_TABLE: 'Endpoints',
  INFERENCES_TABLE: 'Inferences',
  TRAININGS_TABLE: 'Trainings',
  DATASET_ITEMS_TABLE: 'DatasetItems',
  DATASETS_TABLE: 'Datasets',
  MODELS_TABLE: 'Models',
  CREATE_MODEL_MACHINE_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:create-model',
  DEPLOY_ENDPOINT_MACHINE_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:deploy-endpoint',
  DELETE_ENDPOINT_MACHINE_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:delete-endpoint',
  ASYNC_INFERENCE_MACHINE_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:async-inference',
  NAME_PREFIX: 'darkroom-test',
  DEFAULT_BACKEND: 'pocket',
  IMAGE_URIS: JSON.stringify({
    pocket: 'darkroom/pocket',
    diffusers: '',
    a1111: 'predecessor/inference',
    huggingface: 'dlc',
  }),
  MAX_INSTANCES: '4',
  API_URL: 'http://127.0.0.1:3000/dev',
  LOG_LEVEL: 'ERROR',
}

Object.assign(process.env, values)
