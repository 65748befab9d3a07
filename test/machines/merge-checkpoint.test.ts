import { expect } from 'chai'
import type { Json } from '../../local/interpreter/contract.ts'
import { type Behaviour, type Run, readShippedMachine, runScripted, type Script } from '../support/shipped-machine.ts'

const machine = readShippedMachine('merge-checkpoint')

const input = {
  id: 'my-merge',
  requestedBy: 'admin',
  request: { name: 'mix', method: 'weighted-sum', multiplier: 0.3, primary: 'a', secondary: 'b', notify: false },
}

const PART_NUMBERS = [1, 2, 3]

const plan = { bucket: 'bucket', key: 'merges/my-merge/plan.json', sha256: 'abc' }
const output = { bucket: 'bucket', key: 'Stable-diffusion/checkpoint/custom/x/mix.safetensors', size: 30 }
const verified = { size: 30, etag: '"e-3"', crc32: 'AAAAAA==', tensors: 2 }
const payload = (value: Json): Behaviour => ({ output: { Payload: value } })

/** Every task succeeds. */
const success: Script = {
  'Plan merge': [payload({ plan, output, parts: PART_NUMBERS, summary: { tensors: 2 } })],
  'Start upload': [{ output: { UploadId: 'upload-1' } }],
  'Merge part': PART_NUMBERS.map((PartNumber) =>
    payload({ PartNumber, ETag: `"${PartNumber}"`, ChecksumCRC32: 'crc' }),
  ),
  'Complete upload': [{ output: { ETag: '"e-3"' } }],
  'Verify checkpoint': [payload(verified)],
  'Register checkpoint': [payload({ checkpointId: 'x', name: 'mix.safetensors', location: 's3://…', size: 30 })],
}

const run = (changes: Script = {}, request: Json = input): Promise<Run> =>
  runScripted(machine, request, { ...success, ...changes })

const callsOf = ({ calls }: Run, state: string) => calls.get(state) ?? []
const firstCall = (result: Run, state: string): Record<string, unknown> => callsOf(result, state)[0] ?? {}
const outputOf = ({ outcome }: Run): string => (outcome?.status === 'SUCCEEDED' ? outcome.output : '')
const CHECKPOINT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

const HAPPY_PATH = [
  'Record merge',
  'Plan merge',
  'Start upload',
  'Note upload',
  'Merge parts',
  'Merge part',
  'Merge part',
  'Merge part',
  'Complete upload',
  'Verify checkpoint',
  'Register checkpoint',
  'Mark succeeded',
  'Delete plan',
  'Merge succeeded',
]

/** Tasks of the happy path whose failure fails the merge, each with an error that its Retry names and how often it is tried. */
const GUARDED: [string, string][] = [
  ['Record merge', 'DynamoDB.ThrottlingException'],
  ['Plan merge', 'TransientError'],
  ['Start upload', 'S3.S3Exception'],
  ['Note upload', 'DynamoDB.InternalServerErrorException'],
  ['Merge part', 'Lambda.TooManyRequestsException'],
  ['Complete upload', 'S3.SdkClientException'],
  ['Verify checkpoint', 'Lambda.ServiceException'],
  ['Register checkpoint', 'Runtime.ExitError'],
  ['Mark succeeded', 'DynamoDB.SdkClientException'],
]

const ATTEMPTS = 4

describe('merge-checkpoint', () => {
  it('passes every state of the way to success once and answers with what was made', async () => {
    const result = await run()
    expect(result.entered).to.deep.equal(HAPPY_PATH)
    expect(result.outcome?.status).to.equal('SUCCEEDED')
    expect(JSON.parse(outputOf(result))).to.include({ name: 'mix.safetensors', size: 30 })
  })

  it('writes the record first, with the request field by field', async () => {
    const { Item, ConditionExpression } = firstCall(await run(), 'Record merge') as {
      Item: Record<string, Record<string, unknown>>
      ConditionExpression: string
    }
    expect(ConditionExpression).to.contain('attribute_not_exists(id)')
    expect(Item.status).to.deep.equal({ S: 'Planning' })
    expect(Item.checkpointId?.S).to.match(CHECKPOINT_ID)
    expect(Item.request).to.deep.equal({
      M: {
        name: { S: 'mix' },
        method: { S: 'weighted-sum' },
        multiplier: { N: '0.3' },
        primary: { S: 'a' },
        secondary: { S: 'b' },
        notify: { BOOL: false },
      },
    })
  })

  it('gives the record, the plan, the register and the clean-up the same checkpoint id', async () => {
    const result = await run({ 'Mark succeeded': [{ error: 'States.Permissions' }] })
    const recorded = (firstCall(result, 'Record merge').Item as { checkpointId: { S: string } }).checkpointId.S
    for (const state of ['Plan merge', 'Register checkpoint', 'Clean up merge']) {
      expect((firstCall(result, state).Payload as { checkpointId: string }).checkpointId, state).to.equal(recorded)
    }
  })

  it('completes the upload with every part in the order of the plan, and never over another object', async () => {
    expect(firstCall(await run(), 'Complete upload')).to.deep.equal({
      Bucket: 'bucket',
      Key: output.key,
      UploadId: 'upload-1',
      IfNoneMatch: '*',
      ChecksumType: 'FULL_OBJECT',
      MultipartUpload: {
        Parts: PART_NUMBERS.map((PartNumber) => ({ PartNumber, ETag: `"${PartNumber}"`, ChecksumCRC32: 'crc' })),
      },
    })
  })

  it('takes a plan of one part as a list of one', async () => {
    const result = await run({ 'Plan merge': [payload({ plan, output, parts: [1], summary: {} })] })
    expect(result.outcome?.status).to.equal('SUCCEEDED')
    expect(firstCall(result, 'Complete upload')).to.have.nested.property('MultipartUpload.Parts').with.length(1)
  })

  it('tries one failed part again and leaves the others alone', async () => {
    const parts = success['Merge part'] ?? []
    const result = await run({ 'Merge part': [{ error: 'Sandbox.Timedout' }, ...parts.slice(1), ...parts] })
    expect(result.outcome?.status).to.equal('SUCCEEDED')
    const partNumbers = callsOf(result, 'Merge part').map(
      ({ Payload }) => (Payload as { partNumber: number }).partNumber,
    )
    expect(partNumbers).to.deep.equal([1, 2, 3, 1])
  })

  for (const [state, transient] of GUARDED) {
    it(`goes on when "${state}" succeeds after ${transient}`, async () => {
      const behaviours = success[state] ?? [{ output: {} }]
      const result = await run({ [state]: [{ error: transient }, ...behaviours] })
      expect(result.outcome?.status).to.equal('SUCCEEDED')
    })

    it(`gives up, cleans up and fails when "${state}" keeps failing with ${transient}`, async () => {
      const result = await run({ [state]: [{ error: transient, cause: 'again' }] })
      expect(result.outcome).to.include({ status: 'FAILED', error: transient, cause: 'again' })
      expect(result.entered.slice(-3)).to.deep.equal(['Clean up merge', 'Mark failed', 'Merge failed'])
      const mostAttempts = state === 'Merge part' ? ATTEMPTS * PART_NUMBERS.length : ATTEMPTS
      expect(callsOf(result, state).length).to.be.within(ATTEMPTS, mostAttempts)
    })

    it(`does not try "${state}" again after a permanent error, and keeps its reason on the record`, async () => {
      const cause = JSON.stringify({ errorType: 'NameTaken', errorMessage: 'mix.safetensors already exists' })
      const result = await run({ [state]: [{ error: 'NameTaken', cause }] })
      expect(result.outcome).to.include({
        status: 'FAILED',
        error: 'NameTaken',
        cause: 'mix.safetensors already exists',
      })
      expect(callsOf(result, state).length).to.be.at.most(state === 'Merge part' ? PART_NUMBERS.length : 1)
      expect(firstCall(result, 'Mark failed'))
        .to.have.nested.property('ExpressionAttributeValues.:reason')
        .deep.equal({
          M: { error: { S: 'NameTaken' }, cause: { S: 'mix.safetensors already exists' } },
        })
    })

    it(`fails by its time-out when "${state}" never answers`, async () => {
      const result = await run({ [state]: ['silent'] })
      expect(result.outcome).to.include({ status: 'FAILED', error: 'States.Timeout' })
      expect(result.entered).to.include('Clean up merge')
    })
  }

  it('refuses an id that another execution has recorded, and touches nothing of that merge', async () => {
    const result = await run({ 'Record merge': [{ error: 'DynamoDB.ConditionalCheckFailedException' }] })
    expect(result.outcome).to.include({ status: 'FAILED', error: 'DuplicateId' })
    expect(result.entered).to.deep.equal(['Record merge', 'Merge refused'])
  })

  it('lets the verification decide when the answer of a completed upload was lost', async () => {
    const lost: Behaviour[] = [{ error: 'S3.SdkClientException' }, { error: 'S3.NoSuchUploadException' }]
    const good = await run({ 'Complete upload': lost })
    expect(good.outcome?.status).to.equal('SUCCEEDED')
    const bad = await run({
      'Complete upload': lost,
      'Verify checkpoint': [{ error: 'VerificationFailed', cause: 'gone' }],
    })
    expect(bad.outcome).to.include({ status: 'FAILED', error: 'VerificationFailed' })
  })

  it('succeeds although the plan could not be deleted', async () => {
    const result = await run({ 'Delete plan': [{ error: 'S3.S3Exception' }] })
    expect(callsOf(result, 'Delete plan')).to.have.length(ATTEMPTS)
    expect(result.outcome?.status).to.equal('SUCCEEDED')
    expect(JSON.parse(outputOf(result))).to.include({ name: 'mix.safetensors' })
  })

  it('marks the merge failed although the clean-up failed', async () => {
    const result = await run({
      'Plan merge': [{ error: 'CheckpointNotFound', cause: 'a' }],
      'Clean up merge': [{ error: 'TransientError' }],
    })
    expect(callsOf(result, 'Clean up merge')).to.have.length(ATTEMPTS)
    expect(result.entered.slice(-2)).to.deep.equal(['Mark failed', 'Merge failed'])
    expect(result.outcome).to.include({ status: 'FAILED', error: 'CheckpointNotFound', cause: 'a' })
  })

  it('fails with the first reason although the record could not be marked', async () => {
    const result = await run({
      'Plan merge': [{ error: 'CheckpointNotFound', cause: 'a' }],
      'Mark failed': [{ error: 'DynamoDB.ConditionalCheckFailedException' }],
    })
    expect(result.outcome).to.include({ status: 'FAILED', error: 'CheckpointNotFound', cause: 'a' })
  })
})
