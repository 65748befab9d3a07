/** What is known of an API's answer. */
export type MockShape =
  | {
      readonly kind: 'structure'
      readonly members: Readonly<Record<string, MockShape>>
      readonly required?: readonly string[]
    }
  | { readonly kind: 'list'; readonly item: MockShape }
  | { readonly kind: 'string'; readonly choices?: readonly string[] }
  | { readonly kind: 'number'; readonly least?: number; readonly most?: number }
  | { readonly kind: 'boolean' }

const string: MockShape = { kind: 'string' }
const number: MockShape = { kind: 'number' }
const boolean: MockShape = { kind: 'boolean' }
const list = (item: MockShape): MockShape => ({ kind: 'list', item })
const structure = (members: Readonly<Record<string, MockShape>>, required?: readonly string[]): MockShape => ({
  kind: 'structure',
  members,
  ...(required === undefined ? {} : { required }),
})

const strings = (...names: readonly string[]): Record<string, MockShape> =>
  Object.fromEntries(names.map((name) => [name, string]))

const storageClass: MockShape = {
  kind: 'string',
  choices: [
    ...['STANDARD', 'REDUCED_REDUNDANCY', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER'],
    ...['DEEP_ARCHIVE', 'OUTPOSTS', 'GLACIER_IR', 'SNOW', 'EXPRESS_ONEZONE', 'FSX_OPENZFS'],
  ],
}

const consumedCapacity = structure({
  TableName: string,
  CapacityUnits: number,
  ReadCapacityUnits: number,
  WriteCapacityUnits: number,
})

/** Answers of the integrations TestState can check; the members that the machines here and AWS's examples use. */
export const mockShapes: Readonly<Record<string, MockShape>> = {
  'aws-sdk:kms:encrypt': structure({ ...strings('CiphertextBlob', 'KeyId', 'EncryptionAlgorithm') }),
  'aws-sdk:lambda:getFunction': structure({
    Configuration: structure({
      ...strings('FunctionName', 'FunctionArn', 'Runtime', 'Role', 'Handler', 'Description', 'Version', 'State'),
      MemorySize: { kind: 'number', least: 128, most: 10_240 },
      Timeout: { kind: 'number', least: 1 },
      CodeSize: number,
    }),
    Code: structure(strings('RepositoryType', 'Location', 'ImageUri')),
  }),
  'aws-sdk:s3:getObject': structure({
    ...strings(
      'Body',
      'ETag',
      'ContentType',
      'ContentEncoding',
      'ContentLanguage',
      'VersionId',
      'LastModified',
      'AcceptRanges',
    ),
    ContentLength: number,
    DeleteMarker: boolean,
    MissingMeta: number,
    PartsCount: number,
    TagCount: number,
    StorageClass: storageClass,
  }),
  'dynamodb:putItem': structure({ ConsumedCapacity: consumedCapacity }),
  'dynamodb:getItem': structure({ ConsumedCapacity: consumedCapacity }),
  'dynamodb:updateItem': structure({ ConsumedCapacity: consumedCapacity }),
  'dynamodb:deleteItem': structure({ ConsumedCapacity: consumedCapacity }),
  'events:putEvents': structure({
    FailedEntryCount: number,
    Entries: list(structure(strings('EventId', 'ErrorCode', 'ErrorMessage'))),
  }),
  'sns:publish': structure(strings('MessageId', 'SequenceNumber')),
  'sqs:sendMessage': structure(strings('MessageId', 'SequenceNumber', 'MD5OfMessageBody', 'MD5OfMessageAttributes')),
  'states:startExecution': structure(strings('ExecutionArn', 'StartDate'), ['ExecutionArn', 'StartDate']),
}
