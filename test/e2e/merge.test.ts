import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GetExecutionHistoryCommand } from '@aws-sdk/client-sfn'
import { expect } from 'chai'
import { ApiError } from '../../scripts/demo/api-client.ts'
import { recompute } from '../../scripts/demo/recompute.ts'
import { buildCheckpoint } from '../support/build-checkpoint.ts'
import { readReferenceFile, referenceMerge } from '../support/reference-merge.ts'
import {
  eventually,
  listBucket,
  mailsAbout,
  putIntoLibrary,
  readMerge,
  readObject,
  startMerge,
  untilAnnounced,
} from '../support/stack-library.ts'
import { removeDataDirectory, type StackProcess, startStackProcess } from '../support/stack-process.ts'

const tensors = [
  { name: 'model.diffusion_model.input_blocks.0.0.weight', dtype: 'F16', shape: [8, 4, 3, 3] },
  { name: 'model.diffusion_model.out.2.bias', dtype: 'F16', shape: [4] },
  { name: 'first_stage_model.decoder.conv_in.weight', dtype: 'F32', shape: [7, 5] },
  { name: 'cond_stage_model.transformer.text_model.embeddings.position_ids', dtype: 'I64', shape: [1, 77] },
  { name: 'alphas_cumprod', dtype: 'F32', shape: [10] },
]

const dataOf = (file: Buffer): Buffer => file.subarray(8 + Number(file.readBigUInt64LE()))

const expectedData = (a: Uint8Array, b: Uint8Array): Uint8Array =>
  referenceMerge(readReferenceFile(a), readReferenceFile(b), new Map(), { method: 'weighted-sum', multiplier: 0.3 })

async function refusal(promise: Promise<unknown>): Promise<ApiError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
  throw new Error('the API did not refuse')
}

describe('a merge on the laptop stack', () => {
  const castle = buildCheckpoint({ tensors, seed: 1 })
  const meadow = buildCheckpoint({ tensors, seed: 2 })
  let stack: StackProcess
  let ids: string[]
  const weightedSum = (name: string) => ({
    name,
    method: 'weighted-sum',
    multiplier: 0.3,
    primary: ids[0],
    secondary: ids[1],
  })

  before(async function () {
    this.timeout(120_000)
    stack = await startStackProcess()
    ids = [
      await putIntoLibrary(stack, 'castle.safetensors', castle),
      await putIntoLibrary(stack, 'meadow.safetensors', meadow),
    ]
  })

  after(async () => {
    await stack.stop()
    removeDataDirectory(stack.directory)
  })

  it('makes what the independent implementation makes, registers it, and tells by mail', async () => {
    const id = await startMerge(stack, weightedSum('first-mix'))
    const { merge, mail } = await untilAnnounced(stack, id)
    expect(merge.reason).to.equal(undefined)
    expect(merge.status).to.equal('Succeeded')

    const made = await readObject(stack, merge.result ?? { bucket: '', key: '' })
    expect(dataOf(made).equals(expectedData(castle, meadow))).to.equal(true)

    const { data } = await stack.api.call<{ checkpoints: { id: string; status: string; name: string[] }[] }>(
      'GET',
      '/checkpoints?status=Active',
    )
    const registered = data.checkpoints.find((checkpoint) => checkpoint.id === merge.result?.checkpointId)
    expect(registered).to.include({ status: 'Active' })
    expect(registered?.name).to.deep.equal(['first-mix.safetensors'])

    expect(mail.subject).to.equal('Merge "first-mix" succeeded')
    expect(mail.body).to.contain('0.7 × castle.safetensors + 0.3 × meadow.safetensors')
    expect(mail.body).to.contain(`s3://${merge.result?.bucket}/${merge.result?.key}`)
    const { keys, uploads } = await listBucket(stack)
    expect(uploads).to.deep.equal([])
    expect(keys.filter((key) => key.startsWith('merges/'))).to.deep.equal([])
  })

  it('merges its own result again, adding a difference at half precision', async () => {
    const { data } = await stack.api.call<{ id: string; status: string; links: { self: string } }>('POST', '/merges', {
      ...weightedSum('difference'),
      method: 'add-difference',
      tertiary: 'first-mix.safetensors',
      precision: 'half',
    })
    expect(data.status).to.equal('Planning')
    expect(data.links.self).to.equal(`${stack.file.apiUrl}/merges/${data.id}`)
    const { merge, mail } = await untilAnnounced(stack, data.id)
    expect(merge.status).to.equal('Succeeded')
    expect(mail.subject).to.equal('Merge "difference" succeeded')
  })

  it('leaves one event for the execution and one mail, whatever is asked in between', async () => {
    const id = await startMerge(stack, weightedSum('one-mail'))
    await untilAnnounced(stack, id)
    await readMerge(stack, id)
    expect(await mailsAbout(stack, id)).to.have.length(1)
  })

  it('answers the same key and body with the same running merge, and 409 for another body', async () => {
    const headers = { 'Idempotency-Key': 'only-once' }
    const body = weightedSum('only-once')
    const id = await startMerge(stack, body, headers)
    expect(id).to.equal('only-once')
    const again = await startMerge(stack, body, headers).catch((error: ApiError) => error)
    if (again instanceof ApiError) expect(again.status).to.equal(409)
    else expect(again).to.equal(id)
    const other = await refusal(startMerge(stack, { ...body, multiplier: 0.9 }, headers))
    expect(other.status).to.equal(409)
    expect(other.message).to.contain('only-once').and.to.contain('another body')
    await untilAnnounced(stack, id)
    const { data } = await stack.api.call<{ merges: { id: string }[] }>('GET', '/merges?limit=100')
    expect(data.merges.filter((merge) => merge.id === id)).to.have.length(1)
  })

  it('refuses an Idempotency-Key that cannot be an execution name', async () => {
    const error = await refusal(startMerge(stack, weightedSum('key'), { 'Idempotency-Key': 'with space' }))
    expect(error.status).to.equal(400)
    expect(error.message).to.contain('Idempotency-Key')
  })

  describe('that cannot be planned', () => {
    const failures: [string, () => object, string, string][] = [
      [
        'a checkpoint that is not there',
        () => ({ ...weightedSum('lost'), primary: 'nowhere.safetensors' }),
        'CheckpointNotFound',
        'nowhere.safetensors',
      ],
      [
        'a missing secondary',
        () => ({ name: 'alone', method: 'weighted-sum', primary: ids[0] }),
        'InvalidRequest',
        'secondary',
      ],
      ['a missing tertiary', () => ({ ...weightedSum('two'), method: 'add-difference' }), 'InvalidRequest', 'tertiary'],
      ['a taken name', () => weightedSum('castle'), 'NameTaken', 'castle.safetensors'],
    ]
    for (const [what, body, error, mention] of failures) {
      it(`fails for ${what}, says so on the record and by mail, and leaves nothing`, async () => {
        const id = await startMerge(stack, body())
        const { merge, mail } = await untilAnnounced(stack, id)
        expect(merge.status).to.equal('Failed')
        expect(merge.reason?.error).to.equal(error)
        expect(merge.reason?.cause).to.contain(mention)
        expect(mail.subject).to.match(/^Merge ".*" failed$/)
        expect(mail.body).to.contain(mention)
        const { keys, uploads } = await listBucket(stack)
        expect(uploads).to.deep.equal([])
        expect(keys.filter((key) => key.includes(merge.checkpointId) || key.startsWith('merges/'))).to.deep.equal([])
      })
    }

    it('lists the tensors that do not fit, and gives the name back', async () => {
      const wider = tensors.map((tensor) => (tensor.name.endsWith('out.2.bias') ? { ...tensor, shape: [5] } : tensor))
      const other = await putIntoLibrary(stack, 'wider.safetensors', buildCheckpoint({ tensors: wider, seed: 3 }))
      const failed = await startMerge(stack, { ...weightedSum('second-try'), secondary: other })
      const { merge, mail } = await untilAnnounced(stack, failed)
      expect(merge.reason?.error).to.equal('IncompatibleCheckpoints')
      expect(merge.reason?.cause).to.contain('model.diffusion_model.out.2.bias')
      expect(mail.body).to.contain('model.diffusion_model.out.2.bias')
      const retried = await startMerge(stack, weightedSum('second-try'))
      expect((await untilAnnounced(stack, retried)).merge.status).to.equal('Succeeded')
    })
  })

  describe('with a body that is wrong', () => {
    const bodies: [string, object, string][] = [
      ['no name', { method: 'none', primary: 'a' }, 'name'],
      ['an unknown method', { name: 'x', method: 'magic', primary: 'a' }, 'method'],
      ['a multiplier above 1', { name: 'x', method: 'none', primary: 'a', multiplier: 1.5 }, 'multiplier'],
      ['a multiplier that is text', { name: 'x', method: 'none', primary: 'a', multiplier: '0.5' }, 'multiplier'],
      ['a misspelt field', { name: 'x', method: 'none', primary: 'a', secundary: 'b' }, 'secundary'],
      ['a name with a slash', { name: '../x', method: 'none', primary: 'a' }, 'name'],
      ['an empty primary', { name: 'x', method: 'none', primary: '' }, 'primary'],
      ['a precision that is not there', { name: 'x', method: 'none', primary: 'a', precision: 'fp8' }, 'precision'],
      ['parts below 1', { name: 'x', method: 'none', primary: 'a', parts: 0 }, 'parts'],
    ]
    for (const [what, body, field] of bodies) {
      it(`is refused with 400 for ${what}, naming the field`, async () => {
        const error = await refusal(startMerge(stack, body))
        expect(error.status).to.equal(400)
        expect(error.message).to.contain(field)
      })
    }

    it('is refused with 400 when it is not JSON, and with 415 when it does not claim to be', async () => {
      const send = (contentType: string) =>
        fetch(`${stack.file.apiUrl}/merges`, {
          method: 'POST',
          headers: { 'x-api-key': stack.file.apiKey, username: 'admin', 'content-type': contentType },
          body: '{"name":',
        })
      expect((await send('application/json')).status).to.equal(400)
      expect((await send('text/xml')).status).to.equal(415)
    })
  })

  describe('by somebody else', () => {
    const call = (headers: Record<string, string>) => fetch(`${stack.file.apiUrl}/merges`, { headers })

    it('needs the API key, a user, and one that exists', async () => {
      expect((await call({ username: 'admin' })).status).to.equal(403)
      expect((await call({ 'x-api-key': 'wrong', username: 'admin' })).status).to.equal(403)
      expect((await call({ 'x-api-key': stack.file.apiKey })).status).to.equal(401)
      expect((await call({ 'x-api-key': stack.file.apiKey, username: 'nobody' })).status).to.equal(401)
    })
  })

  it('can be stopped, and leaves nothing but the reason', async () => {
    const large = tensors.map((tensor, index) => (index === 0 ? { ...tensor, shape: [8_000_000] } : tensor))
    const inputs = [
      await putIntoLibrary(stack, 'large-a.safetensors', buildCheckpoint({ tensors: large, seed: 4 })),
      await putIntoLibrary(stack, 'large-b.safetensors', buildCheckpoint({ tensors: large, seed: 5 })),
    ]
    const id = await startMerge(stack, { ...weightedSum('stopped'), primary: inputs[0], secondary: inputs[1] })
    await eventually(async () => ((await readMerge(stack, id)).status === 'Merging' ? true : undefined))
    expect((await stack.api.call('DELETE', `/merges/${id}`)).status).to.equal(202)
    const { merge, mail } = await untilAnnounced(stack, id)
    expect(merge.status).to.equal('Stopped')
    expect(mail.body).to.contain('Stopped by admin')
    expect((await listBucket(stack)).uploads).to.deep.equal([])
    const { keys } = await listBucket(stack)
    expect(keys.filter((key) => key.includes(merge.checkpointId) || key.startsWith('merges/'))).to.deep.equal([])
    expect((await stack.api.call('DELETE', `/merges/${id}`)).status).to.equal(204)
    expect((await refusal(readMerge(stack, id))).status).to.equal(404)
    expect((await refusal(stack.api.call('DELETE', `/merges/${id}`))).status).to.equal(404)
  }).timeout(60_000)

  it('goes on after kill -9 in the middle of its parts, storing none twice', async () => {
    const inputs = ['large-a.safetensors', 'large-b.safetensors']
    const body = { ...weightedSum('survivor'), primary: inputs[0], secondary: inputs[1] }
    const { data } = await stack.api.call<{ id: string; links: { execution: string } }>('POST', '/merges', body)
    await eventually(async () => ((await readMerge(stack, data.id)).progress?.partsDone ?? 0) > 0 || undefined)
    await stack.kill()
    stack = await startStackProcess(stack.directory)
    const { merge, mail } = await untilAnnounced(stack, data.id)
    expect(merge.status).to.equal('Succeeded')
    expect(mail.subject).to.equal('Merge "survivor" succeeded')

    const { events = [] } = await stack.sfn.send(
      new GetExecutionHistoryCommand({ executionArn: data.links.execution, maxResults: 1000 }),
    )
    const parts = events.find((event) => event.type === 'MapStateStarted')?.mapStateStartedEventDetails?.length
    const indexes = events.flatMap((event) => event.mapIterationSucceededEventDetails?.index ?? [])
    expect([...indexes].sort((a, b) => a - b)).to.deep.equal(Array.from({ length: parts ?? 0 }, (_, index) => index))

    const [a, b, out] = [...inputs, 'survivor.safetensors'].map((name) => join(stack.directory, name)) as [
      string,
      string,
      string,
    ]
    writeFileSync(out, await readObject(stack, merge.result ?? { bucket: '', key: '' }))
    expect(recompute({ a, b, out }, 0.3))
      .to.include({ compared: tensors.length, passedOver: 0 })
      .and.deep.include({ different: [] })
    expect(await mailsAbout(stack, data.id)).to.have.length(1)
  }).timeout(120_000)
})
