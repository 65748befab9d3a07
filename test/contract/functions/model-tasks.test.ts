import '../../support/product-environment.ts'
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { DeleteModelCommand } from '@aws-sdk/client-sagemaker'
import { expect } from 'chai'
import sinon from 'sinon'
import { s3 } from '../../../functions/shared/aws/s3.ts'
import { sagemaker } from '../../../functions/shared/aws/sagemaker.ts'
import { MOST_BYTES } from '../../../functions/shared/models/find-artifacts.ts'
import { claimModelName, findNameHolder } from '../../../functions/shared/models/name-claims.ts'
import { type ArchiveEntry, buildTarball, smallCheckpoint } from '../../support/build-archive.ts'
import { buildCheckpoint } from '../../support/build-checkpoint.ts'
import { type ModelLibrary, startModelLibrary } from '../../support/model-library.ts'

const castle = smallCheckpoint(1)
const hat = smallCheckpoint(2)
/** Two whole parts and a bit. */
const large = buildCheckpoint({ tensors: [{ name: 'model.w', dtype: 'F16', shape: [5_500_000] }], seed: 3 })

async function failureOf(work: Promise<unknown>): Promise<Error> {
  try {
    await work
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing failed')
}

describe('The tasks of create-model on real tables and a real bucket', () => {
  let library: ModelLibrary
  let toSageMaker: sinon.SinonStub
  const castleKey = 'Stable-diffusion/checkpoint/custom/c-1/castle.safetensors'

  before(async () => {
    library = await startModelLibrary()
    await library.add('c-1', { name: 'castle.safetensors', bytes: castle })
    await library.add('l-1', { name: 'hat.safetensors', bytes: hat }, { type: 'Lora' })
    await library.add('big', { name: 'large.safetensors', bytes: large })
    await library.putItem(library.accountsTable, { id: 'user/ada', kind: 'user', roles: ['artists'] })
  })
  after(() => library.stop())
  beforeEach(() => {
    toSageMaker = sinon.stub(sagemaker, 'send').resolves({})
  })
  afterEach(() => sinon.restore())

  const both = { checkpoints: ['c-1'], loras: ['hat.safetensors'] }
  const putObject = (Key: string, Body: Uint8Array | string) =>
    s3.send(new PutObjectCommand({ Bucket: library.bucket, Key, Body }))
  const readObject = async (Key: string) =>
    Buffer.from(
      (await (await s3.send(new GetObjectCommand({ Bucket: library.bucket, Key }))).Body?.transformToByteArray()) ?? [],
    )

  it('make a folder of copies and a manifest that says where each comes from', async () => {
    const model = await library.make('m-1', library.requestFor('castles', both))
    expect(model).to.include({ name: 'castles', createdBy: 'ada', totalBytes: castle.length + hat.length })
    expect(model.allowedRolesOrUsers).to.deep.equal(['artists'])
    expect(await library.keys('models/castles/')).to.have.members([
      'models/castles/Lora/hat.safetensors',
      'models/castles/Stable-diffusion/castle.safetensors',
      'models/castles/manifest.json',
    ])
    expect(await readObject('models/castles/Stable-diffusion/castle.safetensors')).to.deep.equal(Buffer.from(castle))
    const manifest = JSON.parse((await readObject('models/castles/manifest.json')).toString())
    expect(manifest).to.include({ id: 'm-1', name: 'castles', createdBy: 'ada' })
    expect(manifest.files).to.have.length(2)
    expect(manifest.files[0]).to.deep.include({
      path: 'Stable-diffusion/castle.safetensors',
      size: castle.length,
      checkpointId: 'c-1',
    })
    expect(manifest.files[0].etag).to.match(/^"[0-9a-f]{32}"$/)
  })

  it('copy a large file in parts, which become one object', async () => {
    await library.record('m-2', library.requestFor('large', { checkpoints: ['big'] }))
    const { items, totalBytes } = await library.resolve('m-2')
    expect(items).to.deep.equal([1, 2, 3].map((part) => ({ file: 0, part })))
    expect(totalBytes).to.equal(large.length)
    const copied = []
    // In any order, one of them twice, as a retry does.
    for (const item of [items[2], items[0], items[1], items[0]]) copied.push(await library.copy('m-2', item!))
    await library.write('m-2', copied.slice(0, 3))
    expect((await readObject('models/large/Stable-diffusion/large.safetensors')).equals(large)).to.equal(true)
    expect(await library.openUploads()).to.equal(0)
    await library.write('m-2', copied.slice(0, 3))
    expect((await library.read('m-2'))?.files?.[0]).not.to.have.property('upload')
  })

  it('begin anew when looking up is repeated, and leave no upload of the first time', async () => {
    await library.record('m-3', library.requestFor('again', { checkpoints: ['big'] }))
    await library.resolve('m-3')
    await putObject('models/again/Lora/stray.safetensors', 'left by an earlier one')
    await library.resolve('m-3')
    expect(await library.openUploads()).to.equal(1)
    expect(await library.keys('models/again/')).to.deep.equal([])
    await library.cleanUp('m-3')
  })

  it('bring the files of the same stem along, and of an id the first file', async () => {
    await library.add('trained', { name: 'corgi.safetensors', bytes: castle })
    const files = ['corgi.safetensors', 'corgi.yaml', 'corgi-step00000100.safetensors'].map((name) => ({
      name,
      key: `Stable-diffusion/checkpoint/custom/trained/${name}`,
    }))
    for (const { key } of files) await putObject(key, castle)
    const trained = { names: files.map(({ name }) => name), files, lineage: { kind: 'training', trainingId: 't-9' } }
    await library.add('trained', { name: 'corgi.safetensors', bytes: castle }, trained as object)
    const model = await library.make('m-4', library.requestFor('corgi', { checkpoints: ['trained'] }))
    expect(model.files?.map(({ name }) => name)).to.deep.equal(['corgi.safetensors', 'corgi.yaml'])
    expect(model.files?.[0]?.lineage).to.deep.equal({ kind: 'training', id: 't-9' })
  })

  it('refuse a second model of a name, and touch nothing of the first', async () => {
    const error = await failureOf(library.record('m-5', library.requestFor('castles', both)))
    expect(error.name).to.equal('ModelNameTaken')
    expect(await library.read('m-5')).to.deep.include({
      status: 'Failed',
      reason: { error: 'ModelNameTaken', cause: error.message },
    })
    await library.cleanUp('m-5')
    expect(await library.keys('models/castles/')).to.have.length(3)
    expect(await findNameHolder(library.modelsTable, 'castles')).to.equal('m-1')
  })

  it('refuse an id that another execution has recorded', async () => {
    const again = library.requestFor('other', both)
    await library.setStatus('m-4', 'Failed')
    expect((await failureOf(library.record('m-4', again))).name).to.equal('DuplicateId')
    await library.setStatus('m-4', 'Active')
  })

  it('take over the claim of one that never came to be, after five minutes', async () => {
    const claim = { id: 'name/orphan', modelId: 'nobody', claimedAt: '2026-03-02T10:14:00.000Z' }
    await library.putItem(library.modelsTable, claim)
    expect((await failureOf(library.record('m-6', library.requestFor('orphan', both)))).name).to.equal('ModelNameTaken')
    await library.putItem(library.modelsTable, { ...claim, claimedAt: '2026-03-02T10:00:00.000Z' })
    await library.forget('m-6')
    await library.record('m-6', library.requestFor('orphan', both))
    expect(await findNameHolder(library.modelsTable, 'orphan')).to.equal('m-6')
  })

  describe('say what is wrong with a file:', () => {
    const cases: [string, object, string, RegExp][] = [
      ['unknown', { checkpoints: ['nothing.safetensors'] }, 'CheckpointNotFound', /^checkpoints\[0\]: no checkpoint/],
      ['unseen', { checkpoints: ['c-1'], loras: ['secret'] }, 'CheckpointNotFound', /^loras\[0\]: no checkpoint/],
      [
        'incomplete',
        { checkpoints: ['c-1'], vaes: ['half'] },
        'CheckpointNotActive',
        /^vaes\[0\].*complete its upload/,
      ],
      ['of another type', { checkpoints: ['c-1', 'l-1'] }, 'InvalidRequest', /^checkpoints\[1\].*is of type Lora/],
      ['named twice', { checkpoints: ['c-1', 'castle.safetensors'] }, 'InvalidRequest', /asked for twice/],
      ['gone', { checkpoints: ['gone'] }, 'CheckpointNotFound', /gone/],
    ]
    before(async () => {
      await library.add(
        'secret',
        { name: 's.safetensors', bytes: hat },
        { type: 'Lora', allowedRolesOrUsers: ['bosses'] },
      )
      await library.add('half', { name: 'half.safetensors', bytes: hat }, { type: 'VAE', status: 'Initial' })
      await library.add('gone', { name: 'gone.safetensors', bytes: castle })
      const Key = 'Stable-diffusion/checkpoint/custom/gone/gone.safetensors'
      await s3.send(new DeleteObjectCommand({ Bucket: library.bucket, Key }))
    })
    for (const [index, [what, artifacts, name, words]] of cases.entries()) {
      it(what, async () => {
        const id = `bad-${index}`
        await library.record(id, library.requestFor(id, artifacts))
        const error = await failureOf(library.resolve(id))
        expect(error.name).to.equal(name)
        expect(error.message).to.match(words)
      })
    }
  })

  it('state how much a model may hold', () => {
    expect(MOST_BYTES).to.equal(107_374_182_400)
  })

  it('fail clearly when a source is replaced or deleted while it is copied', async () => {
    await library.add('moving', { name: 'moving.safetensors', bytes: castle })
    const Key = 'Stable-diffusion/checkpoint/custom/moving/moving.safetensors'
    await library.record('m-7', library.requestFor('moving', { checkpoints: ['moving'] }))
    await library.resolve('m-7')
    await putObject(Key, hat)
    const replaced = await failureOf(library.copy('m-7', { file: 0 }))
    expect([replaced.name, replaced.message]).to.deep.equal([
      'InputChanged',
      'moving.safetensors was replaced while it was being copied',
    ])
    await s3.send(new DeleteObjectCommand({ Bucket: library.bucket, Key }))
    expect((await failureOf(library.copy('m-7', { file: 0 }))).name).to.equal('CheckpointNotFound')
  })

  it('fail as clearly in the middle of a large file', async () => {
    await library.add('big-2', { name: 'large-2.safetensors', bytes: large })
    await library.record('m-8', library.requestFor('large-2', { checkpoints: ['big-2'] }))
    await library.resolve('m-8')
    await library.copy('m-8', { file: 0, part: 1 })
    await putObject('Stable-diffusion/checkpoint/custom/big-2/large-2.safetensors', castle)
    expect((await failureOf(library.copy('m-8', { file: 0, part: 2 }))).name).to.equal('InputChanged')
    await library.setStatus('m-8', 'Failed')
    await library.cleanUp('m-8')
    expect(await library.openUploads()).to.equal(0)
  })

  it('find out when the bucket holds something else than was copied, and delete what nobody asked for', async () => {
    await library.record('m-9', library.requestFor('tampered', both))
    const { items } = await library.resolve('m-9')
    const copied = await Promise.all(items.map((item) => library.copy('m-9', item)))
    await putObject('models/tampered/Lora/stranger.safetensors', hat)
    const target = 'models/tampered/Stable-diffusion/castle.safetensors'
    await putObject(target, Buffer.alloc(castle.length))
    expect((await failureOf(library.write('m-9', copied))).name).to.equal('VerificationFailed')
    await putObject(target, castle)
    await library.write('m-9', copied)
    expect(await library.keys('models/tampered/')).to.have.length(3)
    await s3.send(new DeleteObjectCommand({ Bucket: library.bucket, Key: target }))
    expect((await failureOf(library.write('m-9', copied))).name).to.equal('VerificationFailed')
  })

  it('leave nothing of a model that failed, give its name back, and never touch the sources', async () => {
    await library.record('m-10', library.requestFor('failing', { checkpoints: ['c-1', 'big'] }))
    const { items } = await library.resolve('m-10')
    for (const item of items.slice(0, 2)) await library.copy('m-10', item)
    await library.setStatus('m-10', 'Failed')
    await library.cleanUp('m-10')
    await library.cleanUp('m-10')
    expect(await library.keys('models/failing/')).to.deep.equal([])
    expect(await library.openUploads()).to.equal(0)
    expect(await library.keys(castleKey)).to.deep.equal([castleKey])
    expect(await findNameHolder(library.modelsTable, 'failing')).to.equal(undefined)
    expect(await library.read('m-10')).to.have.property('goneAt')
    const [command] = toSageMaker.firstCall.args
    expect(command).to.be.instanceOf(DeleteModelCommand)
    expect(command.input).to.deep.equal({ ModelName: 'darkroom-test-model-failing' })
  })

  it('clean up where SageMaker knows no such model, and pass on what else it says', async () => {
    await library.record('m-11', library.requestFor('unmade', both))
    await library.setStatus('m-11', 'Failed')
    toSageMaker.rejects(Object.assign(new Error('denied'), { name: 'AccessDeniedException' }))
    expect((await failureOf(library.cleanUp('m-11'))).message).to.equal('denied')
    expect(await findNameHolder(library.modelsTable, 'unmade')).to.equal('m-11')
    toSageMaker.rejects(Object.assign(new Error('Could not find model "arn".'), { name: 'ValidationException' }))
    await library.cleanUp('m-11')
    expect(await findNameHolder(library.modelsTable, 'unmade')).to.equal(undefined)
  })

  it('do not clean up what is active', async () => {
    await library.cleanUp('m-1')
    expect(await library.keys('models/castles/')).to.have.length(3)
  })

  it('do nothing for a model that was stopped, and take back what S3 copied in that moment', async () => {
    await library.record('m-12', library.requestFor('stopped', both))
    await library.resolve('m-12')
    const send = s3.send.bind(s3)
    const toS3 = sinon.stub(s3, 'send').callsFake((async (command: never) => {
      const answer = await send(command)
      if ((command as object).constructor.name === 'CopyObjectCommand') await library.setStatus('m-12', 'Stopped')
      return answer
    }) as never)
    const error = await failureOf(library.copy('m-12', { file: 0 }))
    toS3.restore()
    expect(error.message).to.contain('was stopped while castle.safetensors was being copied')
    expect(await library.keys('models/stopped/')).to.deep.equal([])
    for (const work of [library.copy('m-12', { file: 1 }), library.resolve('m-12'), library.write('m-12', [])]) {
      expect((await failureOf(work)).message).to.contain('is not being made any more: it is Stopped')
    }
  })

  it('leave a late copy alone where another model has the name by then', async () => {
    await library.record('m-13', library.requestFor('handed-on', both))
    await library.resolve('m-13')
    const send = s3.send.bind(s3)
    const toS3 = sinon.stub(s3, 'send').callsFake((async (command: never) => {
      const answer = await send(command)
      if ((command as object).constructor.name === 'CopyObjectCommand') {
        await library.setStatus('m-13', 'Stopped')
        await library.putItem(library.modelsTable, { id: 'name/handed-on', modelId: 'another' })
      }
      return answer
    }) as never)
    await failureOf(library.copy('m-13', { file: 0 }))
    toS3.restore()
    expect(await library.keys('models/handed-on/')).to.have.length(1)
    await library.cleanUp('m-13')
    expect(await library.keys('models/handed-on/')).to.have.length(1)
    expect(await findNameHolder(library.modelsTable, 'handed-on')).to.equal('another')
  })

  describe('an attempt that was given up but is still at work', () => {
    /** Does something right after S3 has answered such a command. */
    const onceAnswered = (name: string, act: () => Promise<unknown>): sinon.SinonStub => {
      const send = s3.send.bind(s3)
      return sinon.stub(s3, 'send').callsFake((async (command: never) => {
        const answer = await send(command)
        if ((command as object).constructor.name === name) await act()
        return answer
      }) as never)
    }

    it('takes nothing from a model that is active by then', async () => {
      await library.record('g-1', library.requestFor('ghost-copy', both))
      await library.resolve('g-1')
      const toS3 = onceAnswered('CopyObjectCommand', () => library.setStatus('g-1', 'Active'))
      await library.copy('g-1', { file: 0 })
      toS3.restore()
      expect(await library.keys('models/ghost-copy/')).to.have.length(1)
    })

    it('leaves the manifest of a faster one, and asks to be repeated', async () => {
      await library.record('g-2', library.requestFor('ghost-manifest', both))
      const { items } = await library.resolve('g-2')
      const copied = await Promise.all(items.map((item) => library.copy('g-2', item)))
      const toS3 = onceAnswered('PutObjectCommand', () => library.setStatus('g-2', 'Active'))
      expect((await failureOf(library.write('g-2', copied))).name).to.equal('TransientError')
      toS3.restore()
      expect(await library.keys('models/ghost-manifest/')).to.have.length(3)
      await library.setStatus('g-2', 'Creating')
      const stopping = onceAnswered('PutObjectCommand', () => library.setStatus('g-2', 'Stopped'))
      expect((await failureOf(library.write('g-2', copied))).message).to.contain('was stopped while its manifest')
      stopping.restore()
      expect(await library.keys('models/ghost-manifest/')).to.deep.equal([])
    })

    it('does not clear away what a faster one has begun', async () => {
      await library.record('g-3', library.requestFor('ghost-lookup', { checkpoints: ['big'] }))
      const touch = async () =>
        library.putItem(library.modelsTable, { ...(await library.read('g-3')), updatedAt: '2026-03-02T10:15:09.000Z' })
      const toS3 = onceAnswered('HeadObjectCommand', touch)
      await s3.send(
        new CreateMultipartUploadCommand({ Bucket: library.bucket, Key: 'models/ghost-lookup/Stable-diffusion/x' }),
      )
      expect((await failureOf(library.resolve('g-3'))).name).to.equal('TransientError')
      toS3.restore()
      expect(await library.openUploads()).to.equal(1)
      await library.setStatus('g-3', 'Failed')
      await library.cleanUp('g-3')
    })

    it('takes its own uploads back, and only those, when the model is stopped while they are opened', async () => {
      await library.record('g-4', library.requestFor('ghost-uploads', { checkpoints: ['big'] }))
      const toS3 = onceAnswered('CreateMultipartUploadCommand', () => library.setStatus('g-4', 'Stopped'))
      expect((await failureOf(library.resolve('g-4'))).message).to.contain('was stopped while its files')
      toS3.restore()
      expect(await library.openUploads()).to.equal(0)
    })
  })

  it('claim a name for the same model again without a word', async () => {
    const context = { modelsTable: library.modelsTable, clock: { now: () => 0 } }
    expect(await claimModelName(context, 'fresh', 'x')).to.equal(true)
    expect(await claimModelName(context, 'fresh', 'x')).to.equal(false)
  })

  describe('with a tarball', () => {
    const good: ArchiveEntry[] = [
      ['Stable-diffusion/castle.safetensors', castle],
      ['Lora/hat.safetensors', hat],
    ]
    const packed = (id: string, key: string) => library.requestFor(id, {}, { source: { bucket: library.bucket, key } })

    it('remember what it holds and which object it was; it stays where it is', async () => {
      await putObject('packs/good.tar.gz', await buildTarball(good))
      const model = await library.make('t-1', packed('t-1', 'packs/good.tar.gz'))
      expect(model.files).to.deep.equal([
        { folder: 'Stable-diffusion', name: 'castle.safetensors', size: castle.length },
        { folder: 'Lora', name: 'hat.safetensors', size: hat.length },
      ])
      expect(model.source?.etag).to.match(/^".*"$/)
      expect(await library.keys('models/t-1/')).to.deep.equal(['models/t-1/manifest.json'])
      await library.setStatus('t-1', 'Failed')
      await library.cleanUp('t-1')
      expect(await library.keys('packs/good.tar.gz')).to.have.length(1)
      expect(await library.keys('models/t-1/')).to.deep.equal([])
    })

    it('name the tarball that is laid out badly, or is not there', async () => {
      await putObject('packs/bad.tar.gz', await buildTarball([['lora/hat.safetensors', hat]]))
      await library.record('t-2', packed('t-2', 'packs/bad.tar.gz'))
      const error = await failureOf(library.check('t-2'))
      expect(error.name).to.equal('InvalidModelPackage')
      expect(error.message).to.match(/^bad\.tar\.gz: "lora\/hat\.safetensors" is in lora\/, which should be Lora\//)
      await library.record('t-3', packed('t-3', 'packs/missing.tar.gz'))
      expect((await failureOf(library.check('t-3'))).message).to.contain(
        'there is no object s3://library/packs/missing',
      )
    })

    it('take up reading where a connection broke', async () => {
      await putObject('packs/broken.tar.gz', await buildTarball(good))
      await library.record('t-4', packed('t-4', 'packs/broken.tar.gz'))
      const send = s3.send.bind(s3)
      const ranges: string[] = []
      const toS3 = sinon.stub(s3, 'send').callsFake((async (command: { input: { Range?: string } }) => {
        const answer = (await send(command as never)) as { Body?: AsyncIterable<Uint8Array> }
        if (command.constructor.name !== 'GetObjectCommand') return answer
        ranges.push(command.input.Range ?? '')
        return ranges.length > 3 ? answer : { ...answer, Body: brokenAfter(answer.Body!, ranges.length) }
      }) as never)
      await library.check('t-4')
      toS3.restore()
      expect(ranges).to.have.length(4)
      expect(ranges[0]).to.equal('bytes=0-')
      expect(new Set(ranges).size).to.equal(4)
    })

    it('give up on a connection that breaks at once again and again, and on a tarball that is replaced', async () => {
      await library.record('t-5', packed('t-5', 'packs/broken.tar.gz'))
      const send = s3.send.bind(s3)
      let opened = 0
      const broken = Object.assign(new Error('reset'), { code: 'ECONNRESET' })
      const toS3 = sinon.stub(s3, 'send').callsFake((async (command: never) => {
        if ((command as object).constructor.name !== 'GetObjectCommand') return send(command)
        opened++
        throw broken
      }) as never)
      expect((await failureOf(library.check('t-5'))).name).to.equal('TransientError')
      expect(opened).to.equal(5)
      const changed = Object.assign(new Error('no'), { name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } })
      toS3.callsFake((async (command: never) => {
        if ((command as object).constructor.name !== 'GetObjectCommand') return send(command)
        throw changed
      }) as never)
      expect((await failureOf(library.check('t-5'))).name).to.equal('InputChanged')
    })

    async function* brokenAfter(body: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
      for await (const chunk of body) {
        yield chunk.subarray(0, bytes * 10)
        throw Object.assign(new Error('reset'), { code: 'ECONNRESET' })
      }
    }
  })

  it('leave no upload open that nobody knows of', async () => {
    const Key = 'models/lost/Stable-diffusion/x.safetensors'
    await library.record('m-14', library.requestFor('lost', both))
    await s3.send(new CreateMultipartUploadCommand({ Bucket: library.bucket, Key }))
    await library.setStatus('m-14', 'TimedOut')
    await library.cleanUp('m-14')
    expect(await library.openUploads()).to.equal(0)
  })
})
