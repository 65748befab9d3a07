import '../../support/product-environment.ts'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import { expect } from 'chai'
import sinon from 'sinon'
import { s3 } from '../../../functions/shared/aws/s3.ts'
import type { TrainingRecord } from '../../../functions/shared/trainings/training-record.ts'
import { handler as followJob } from '../../../functions/subscribers/training-state/handler.ts'
import { handler as cleanUp } from '../../../functions/tasks/clean-up-training/handler.ts'
import { handler as collect } from '../../../functions/tasks/collect-outputs/handler.ts'
import { handler as prepare } from '../../../functions/tasks/prepare-training/handler.ts'
import { handler as register } from '../../../functions/tasks/register-training/handler.ts'
import { buildCheckpoint } from '../../support/build-checkpoint.ts'
import { type LibraryFixture, startLibrary } from '../../support/library-fixture.ts'
import { pocketCheckpoint } from '../../support/stack-trainings.ts'
import { CHECKPOINT_ID, fakeJobs, jobOf, loraFile, trainingLibrary } from '../../support/training-library.ts'

// biome-ignore lint/suspicious/noExplicitAny: objects are looked into field by field
type Json = Record<string, any>

const failureOf = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => new Error('it did not fail'),
    (error: Error) => error,
  )

describe('The tasks of a training, on real tables and a real bucket', () => {
  let library: LibraryFixture
  let shelf: ReturnType<typeof trainingLibrary>
  let jobs: ReturnType<typeof fakeJobs>
  let serial = 0
  let id: string

  beforeEach(async () => {
    library = await startLibrary()
    shelf = trainingLibrary(library)
    jobs = fakeJobs()
    id = `dog-${++serial}`
    await shelf.put('Accounts', { id: 'user/anna', kind: 'user', roles: ['artists'] })
    await shelf.put('Accounts', { id: 'role/artists', kind: 'role', permissions: ['train:all'] })
    await shelf.checkpoint('base', 'base.safetensors')
    await shelf.dataset('dogs', ['a.png', 'a.txt', 'sub/b.jpg'])
  })
  afterEach(async () => {
    sinon.restore()
    await library.stop()
  })

  const readJson = async (key: string): Promise<Json> => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: library.bucket, Key: key }))
    return JSON.parse((await Body?.transformToString()) ?? '')
  }
  const prefix = (training = id, type = 'Stable-diffusion') =>
    `${type}/checkpoint/custom/${CHECKPOINT_ID}/${jobOf(training)}/output/model/`
  const claimOf = (name: string) => shelf.item('Checkpoints', `name/${name}.safetensors`)

  /** A training whose job runs, prepared as the machine does. */
  const trained = async (more: Partial<TrainingRecord['request']> = {}): Promise<TrainingRecord> => {
    const { request } = await shelf.training(id)
    await shelf.training(id, { request: { ...request, ...more } })
    await prepare({ id })
    const prepared = (await shelf.read(id)) as TrainingRecord
    return shelf.training(id, { ...prepared, status: 'Training', attempt: 1, jobName: jobOf(id) })
  }

  describe('Prepare training', () => {
    it('writes what the program is told and the lists of pictures, and answers what the job needs', async () => {
      await shelf.training(id)
      const { job, instanceTypes, batches, summary } = await prepare({ id })
      expect(job).to.deep.include({
        namePrefix: jobOf(id).slice(0, -2),
        image: 'darkroom/pocket',
        hyperparameters: { training_id: id, method: 'dreambooth' },
        outputPath: `s3://library/Stable-diffusion/checkpoint/custom/${CHECKPOINT_ID}`,
        resumePath: `s3://library/trainings/${id}/checkpoints`,
        spot: false,
        maxRuntimeSeconds: 3600,
      })
      expect(job.channels).to.deep.equal([
        { name: 'config', type: 'S3Prefix', uri: `s3://library/trainings/${id}/input/config/` },
        {
          name: 'base',
          type: 'S3Prefix',
          uri: 's3://library/Stable-diffusion/checkpoint/custom/base/base.safetensors',
        },
        { name: 'dataset', type: 'ManifestFile', uri: `s3://library/trainings/${id}/input/dataset.manifest` },
      ])
      expect(instanceTypes).to.deep.equal(['ml.m5.large', 'ml.m5.xlarge'])
      expect(summary).to.deep.equal({ images: 2, steps: 200, family: 'pocket' })
      expect(batches).to.deep.equal([
        { bucket: 'library', key: `trainings/${id}/input/dataset.manifest`, from: 0, count: 3 },
      ])
      expect(await readJson(`trainings/${id}/input/dataset.manifest`)).to.deep.equal([
        { prefix: 's3://library/dataset/dogs/' },
        'a.png',
        'a.txt',
        'sub/b.jpg',
      ])
      const config = await readJson(`trainings/${id}/input/config/training.json`)
      expect(config).to.deep.include({ id, family: 'pocket', captions: true, instancePrompt: 'a sks ball' })
      const record = await shelf.read(id)
      expect(record?.plan?.config).to.deep.equal(config)
      expect(record?.plan?.dataset).to.deep.equal({ name: 'dogs', images: 2, captions: 1 })
      expect(await claimOf(id)).to.include({ checkpointId: CHECKPOINT_ID })
    })

    it('answers the same when it is repeated', async () => {
      await shelf.training(id)
      expect(await prepare({ id })).to.deep.equal(await prepare({ id }))
    })

    it('cuts 5,000 files into batches and leaves captions out that are not wanted', async () => {
      const files = Array.from({ length: 5000 }, (_, index) => `${String(index).padStart(4, '0')}.png`)
      await shelf.dataset('many', [])
      for (let at = 0; at < files.length; at += 500) {
        await Promise.all(
          files.slice(at, at + 500).map((sortKey) => shelf.put('DatasetItems', { datasetName: 'many', sortKey })),
        )
      }
      await shelf.put('DatasetItems', { datasetName: 'many', sortKey: '0000.txt' })
      const { request } = await shelf.training(id)
      await shelf.training(id, { request: { ...request, dataset: 'many', captions: false } })
      const { batches, summary } = await prepare({ id })
      expect(summary.images).to.equal(5000)
      expect(batches).to.have.length(25)
      expect(batches.at(-1)).to.include({ from: 4800, count: 200 })
      expect(Buffer.byteLength(JSON.stringify(batches))).to.be.below(10_000)
    }).timeout(60_000)

    it('adds the pictures of a class dataset, and what the contract’s folder name says', async () => {
      await shelf.dataset('others', ['o.png', 'o.txt'])
      await shelf.dataset('toys', ['t.png'], { prefix: '10_sks_toy' })
      const { request } = await shelf.training(id)
      const { instancePrompt, ...wordless } = request
      await shelf.training(id, {
        request: {
          ...wordless,
          dataset: 'toys',
          classDataset: 'others',
          classPrompt: 'a toy',
          epochs: 8,
          batchSize: 1,
        },
      })
      const { job, batches, summary } = await prepare({ id })
      expect(summary.steps).to.equal(80)
      expect(job.channels.at(-1)).to.include({ name: 'class', type: 'ManifestFile' })
      expect(batches.map(({ key, count }) => [key, count])).to.deep.equal([
        [`trainings/${id}/input/dataset.manifest`, 1],
        [`trainings/${id}/input/class.manifest`, 1],
      ])
      const { plan } = (await shelf.read(id)) as TrainingRecord
      expect(plan?.config).to.include({ instancePrompt: 'sks toy' })
      expect(plan?.config.priorPreservation).to.deep.equal({ weight: 1, images: 1 })
    })

    const refusals: [what: string, arrange: () => Promise<unknown>, request: Json, error: string, words: string][] = [
      ['a base that is not there', async () => {}, { base: 'x.safetensors' }, 'CheckpointNotFound', '"x.safetensors"'],
      [
        'a base that the user may not see',
        () => shelf.checkpoint('secret', 'secret.safetensors', { allowedRolesOrUsers: ['others'] }),
        { base: 'secret.safetensors' },
        'CheckpointNotFound',
        'secret',
      ],
      [
        'a base that is not active',
        () => shelf.checkpoint('new', 'new.safetensors', { status: 'Initial' }),
        { base: 'new.safetensors' },
        'CheckpointNotActive',
        'complete its upload',
      ],
      [
        'a base whose file is gone',
        () =>
          shelf.checkpoint('lost', 'lost.safetensors', {
            files: [{ name: 'lost.safetensors', key: 'Stable-diffusion/checkpoint/custom/lost/other' }],
          }),
        { base: 'lost.safetensors' },
        'CheckpointNotFound',
        'gone',
      ],
      [
        'a base that is a VAE',
        () => shelf.checkpoint('vae', 'vae.safetensors', { type: 'VAE' }),
        { base: 'vae.safetensors' },
        'InvalidRequest',
        'is of type VAE',
      ],
      [
        'a base of no known family',
        () =>
          shelf.checkpoint('odd', 'odd.safetensors', {
            bytes: buildCheckpoint({ tensors: [{ name: 'x', dtype: 'F16', shape: [1] }], seed: 1 }),
          }),
        { base: 'odd.safetensors' },
        'UntrainableBase',
        'family unknown',
      ],
      [
        'a base for which there is no program',
        () =>
          shelf.checkpoint('sd', 'sd.safetensors', {
            bytes: buildCheckpoint({
              tensors: [{ name: 'cond_stage_model.transformer.x', dtype: 'F16', shape: [1] }],
              seed: 1,
            }),
          }),
        { base: 'sd.safetensors' },
        'InvalidRequest',
        'DiffusersTrainingImage',
      ],
      ['a dataset that is not there', async () => {}, { dataset: 'cats' }, 'DatasetNotFound', '"cats"'],
      [
        'a dataset that is not enabled',
        () => shelf.dataset('raw', ['a.png'], { status: 'Initialed' }),
        { dataset: 'raw' },
        'DatasetNotEnabled',
        'Initialed',
      ],
      [
        'a dataset without pictures',
        () => shelf.dataset('words', ['a.txt']),
        { dataset: 'words' },
        'InvalidRequest',
        'no pictures',
      ],
      [
        'a name that another checkpoint has',
        () => shelf.put('Checkpoints', { id: 'name/taken.safetensors', checkpointId: 'other' }),
        { name: 'taken' },
        'NameTaken',
        'taken.safetensors already exists',
      ],
      ['a resolution that the family cannot', async () => {}, { resolution: 36 }, 'InvalidRequest', 'resolution is 36'],
    ]
    for (const [what, arrange, change, error, words] of refusals) {
      it(`refuses ${what}, and takes no name`, async () => {
        await arrange()
        const { request } = await shelf.training(id)
        await shelf.training(id, { request: { ...request, ...change } })
        const failure = await failureOf(prepare({ id }))
        expect(failure.name).to.equal(error)
        expect(failure.message).to.contain(words)
        expect(await claimOf(id)).to.equal(undefined)
      })
    }

    it('leaves nothing when the training was stopped meanwhile', async () => {
      await shelf.training(id, { status: 'Stopped' })
      expect((await failureOf(prepare({ id }))).name).to.equal('TrainingNotFound')
      expect(await shelf.keys(`trainings/${id}`)).to.deep.equal([])
      expect(await claimOf(id)).to.equal(undefined)
    })

    it('says that a training is gone that was deleted', async () => {
      expect((await failureOf(prepare({ id }))).name).to.equal('TrainingNotFound')
    })
  })

  describe('Collect outputs and Register checkpoint', () => {
    const completed = (more: Json = {}) =>
      jobs.add(id, 'Completed', {
        FinalMetricDataList: [
          { MetricName: 'train:step', Value: 200 },
          { MetricName: 'train:steps', Value: 200 },
          { MetricName: 'train:loss', Value: 0.0625 },
        ],
        ...more,
      })

    it('put what came out into the library, with its lineage, and the result onto the record', async () => {
      await trained()
      const jobName = completed()
      await shelf.putObject(`${prefix()}${id}-step00000100.safetensors`, pocketCheckpoint(2))
      await shelf.putObject(`${prefix()}${id}.safetensors`, pocketCheckpoint(3))
      await shelf.putObject(`${prefix()}notes.txt`, 'hello')
      const collected = await collect({ id, jobName })
      const registered = await register({ id, collected })
      expect(registered).to.include({ checkpointId: CHECKPOINT_ID, name: `${id}.safetensors`, files: 2 })
      const record = await shelf.item('Checkpoints', CHECKPOINT_ID)
      expect(record).to.deep.include({
        status: 'Active',
        type: 'Stable-diffusion',
        names: [`${id}.safetensors`, `${id}-step00000100.safetensors`],
        location: `s3://library/${prefix().slice(0, -1)}`,
        allowedRolesOrUsers: ['artists'],
        createdBy: 'anna',
      })
      expect(record?.lineage).to.deep.include({
        kind: 'training',
        trainingId: id,
        dataset: { name: 'dogs', images: 2, captions: 1 },
        job: { name: jobName, image: 'darkroom/pocket', instanceType: 'ml.m5.large' },
      })
      expect(record?.lineage.base).to.include({ checkpointId: 'base', name: 'base.safetensors' })
      expect(record?.lineage.parameters).to.include({ steps: 200, instancePrompt: 'a sks ball' })
      const { result, job } = (await shelf.read(id)) as TrainingRecord
      expect(result).to.include({ checkpointId: CHECKPOINT_ID, step: 200, loss: 0.0625, unregistered: 0 })
      expect(job).to.include({ status: 'Completed' })
      expect(await claimOf(`${id}-step00000100`)).to.include({ checkpointId: CHECKPOINT_ID })
      expect(await register({ id, collected })).to.deep.equal(registered)
    })

    it('take a LoRA for one, and a whole model not', async () => {
      await trained({ method: 'lora' })
      const jobName = completed()
      const at = `${prefix(id, 'Lora')}${id}.safetensors`
      await shelf.putObject(at, pocketCheckpoint())
      const failure = await failureOf(collect({ id, jobName }))
      expect([failure.name, failure.message.includes('family pocket, not lora')]).to.deep.equal([
        'NoUsableOutput',
        true,
      ])
      await shelf.putObject(at, loraFile())
      expect((await register({ id, collected: await collect({ id, jobName }) })).files).to.equal(1)
      expect(await shelf.item('Checkpoints', CHECKPOINT_ID)).to.include({ type: 'Lora' })
    })

    it('find nothing usable in an empty folder, in broken files and under other names, and say why', async () => {
      await trained()
      const jobName = completed()
      const refuse = async () => {
        const { name, message } = await failureOf(collect({ id, jobName }))
        expect(name).to.equal('NoUsableOutput')
        return message
      }
      expect(await refuse()).to.contain('put out nothing')
      await shelf.putObject(`${prefix()}other.safetensors`, pocketCheckpoint())
      expect(await refuse())
        .to.contain('no model under the training’s name'.replace('’', "'"))
        .and.to.contain('other')
      const whole = pocketCheckpoint()
      await shelf.putObject(`${prefix()}${id}.safetensors`, whole.slice(0, whole.length - 5))
      const lie = Buffer.alloc(64, 0x7b)
      lie.writeBigUInt64LE(2n ** 60n)
      await shelf.putObject(`${prefix()}${id}-step00000001.safetensors`, lie)
      const message = await refuse()
      expect(message).to.contain(`${id}.safetensors`).and.to.contain(`${id}-step00000001.safetensors`)
    })

    it('keep what is good beside what is broken', async () => {
      await trained()
      const jobName = completed()
      await shelf.putObject(`${prefix()}${id}.safetensors`, 'broken')
      await shelf.putObject(`${prefix()}${id}-step00000100.safetensors`, pocketCheckpoint())
      const collected = await collect({ id, jobName })
      expect(collected.files.map(({ name }) => name)).to.deep.equal([`${id}-step00000100.safetensors`])
      expect(collected.unregistered).to.equal(1)
    })

    it('register a hundred files of many, and count the others', async () => {
      await trained()
      const jobName = completed()
      const names = Array.from({ length: 120 }, (_, index) => `${id}-step${String(index).padStart(8, '0')}.safetensors`)
      const bytes = pocketCheckpoint()
      for (let at = 0; at < names.length; at += 20) {
        await Promise.all(names.slice(at, at + 20).map((name) => shelf.putObject(prefix() + name, bytes)))
      }
      await Promise.all(
        Array.from({ length: 990 }, (_, index) => shelf.putObject(`${prefix()}0-sample-${index}.txt`, 'sample')),
      )
      await shelf.putObject(`${prefix()}${id}.safetensors`, bytes)
      const collected = await collect({ id, jobName })
      expect(collected.summary).to.deep.equal({ files: 100, unregistered: 21 })
      expect(collected.files[0]?.name).to.equal(`${id}.safetensors`)
      expect(collected.files.at(-1)?.name).to.equal(`${id}-step00000021.safetensors`)
      expect(Buffer.byteLength(JSON.stringify(collected))).to.be.below(60_000)
      await register({ id, collected })
      expect((await shelf.read(id))?.result).to.include({ unregistered: 21 })
    }).timeout(60_000)

    it('take a job for failed that has not completed', async () => {
      await trained()
      const jobName = jobs.add(id, 'Stopped')
      const failure = await failureOf(collect({ id, jobName }))
      expect([failure.name, failure.message]).to.deep.equal([
        'TrainingFailed',
        `The job ${jobName} is Stopped, not Completed`,
      ])
      expect((await failureOf(collect({ id, jobName: 'nobody' }))).message).to.contain('unknown to SageMaker')
    })

    it('leave an intermediate file out whose name somebody else has', async () => {
      await trained()
      const jobName = completed()
      await shelf.put('Checkpoints', { id: `name/${id}-step00000100.safetensors`, checkpointId: 'other' })
      for (const name of [id, `${id}-step00000100`]) {
        await shelf.putObject(`${prefix()}${name}.safetensors`, pocketCheckpoint())
      }
      await register({ id, collected: await collect({ id, jobName }) })
      expect((await shelf.item('Checkpoints', CHECKPOINT_ID))?.names).to.deep.equal([`${id}.safetensors`])
      expect((await shelf.read(id))?.result).to.include({ unregistered: 1 })
    })

    it('register nothing of a training that has ended', async () => {
      const training = await trained()
      const jobName = completed()
      await shelf.putObject(`${prefix()}${id}.safetensors`, pocketCheckpoint())
      const collected = await collect({ id, jobName })
      await shelf.training(id, { ...training, status: 'Stopped' })
      expect((await failureOf(register({ id, collected }))).name).to.equal('TrainingNotFound')
      expect(await shelf.item('Checkpoints', CHECKPOINT_ID)).to.equal(undefined)
    })
  })

  describe('Clean up training', () => {
    it('stops the jobs of every attempt, deletes what came out, gives the name back, touches nothing else', async () => {
      const training = await trained()
      await shelf.training(id, { ...training, attempt: 2, jobName: jobOf(id, 2) })
      jobs.add(id, 'Failed')
      const alive = jobs.add(id, 'InProgress', { attempt: 2 })
      await shelf.putObject(`trainings/${id}/checkpoints/state.json`, '{}')
      await shelf.putObject(`${prefix()}${id}.safetensors`, pocketCheckpoint())
      await shelf.putObject(`${prefix()}${id}-step00000100.safetensors`, pocketCheckpoint())
      await shelf.put('Checkpoints', { id: `name/${id}-step00000100.safetensors`, checkpointId: CHECKPOINT_ID })
      await shelf.putObject('dataset/dogs/a.png', 'picture')
      expect((await failureOf(cleanUp({ id }))).message).to.contain(`${alive} is still stopping`)
      expect(jobs.stopped).to.deep.equal([alive])
      expect(await shelf.keys(`Stable-diffusion/checkpoint/custom/${CHECKPOINT_ID}/`)).to.deep.equal([])
      expect(await shelf.keys(`trainings/${id}/checkpoints/`)).to.deep.equal([])
      expect([await claimOf(id), await claimOf(`${id}-step00000100`)]).to.deep.equal([undefined, undefined])
      expect(await shelf.keys()).to.include.members([
        'dataset/dogs/a.png',
        'Stable-diffusion/checkpoint/custom/base/base.safetensors',
      ])
      expect(await shelf.item('Checkpoints', 'base')).to.include({ status: 'Active' })
      jobs.add(id, 'Stopped', { attempt: 2 })
      await cleanUp({ id })
      expect(jobs.stopped).to.have.length(1)
    })

    it('leaves what is in the library', async () => {
      await trained()
      const jobName = jobs.add(id, 'Completed')
      await shelf.putObject(`${prefix()}${id}.safetensors`, pocketCheckpoint())
      await register({ id, collected: await collect({ id, jobName }) })
      await cleanUp({ id })
      expect(await shelf.keys(prefix())).to.have.length(1)
      expect(await shelf.item('Checkpoints', CHECKPOINT_ID)).to.include({ status: 'Active' })
      expect(await claimOf(id)).to.include({ checkpointId: CHECKPOINT_ID })
    })

    it('has nothing to do for a training without a record, or without a job', async () => {
      await cleanUp({ id: 'nobody' })
      await shelf.training(id)
      await cleanUp({ id })
      expect(jobs.stub.callCount).to.equal(0)
    })

    it('does not mind a job that ends while it is being stopped', async () => {
      await trained()
      jobs.add(id, 'InProgress')
      const over = Object.assign(new Error('The training job is in status Completed'), { name: 'ValidationException' })
      jobs.stub.onSecondCall().rejects(over)
      expect((await failureOf(cleanUp({ id }))).name).to.equal('TransientError')
    })
  })

  describe('A change of a job', () => {
    const event = (attempt = 1) => ({ detail: { TrainingJobName: jobOf(id, attempt) } })
    const at = (seconds: number) => new Date(Date.parse('2026-03-02T10:16:00.000Z') + 1000 * seconds)
    const transitions = (...names: string[]) =>
      names.map((Status, index) => ({ Status, StartTime: at(index), StatusMessage: `now ${Status}` }))

    it('is noted on the record, with what the program has reported', async () => {
      await trained()
      jobs.add(id, 'InProgress', {
        SecondaryStatusTransitions: transitions('Starting', 'Training'),
        FinalMetricDataList: [{ MetricName: 'train:step', Value: 7 }],
      })
      await followJob(event())
      await followJob(event())
      const { job } = (await shelf.read(id)) as TrainingRecord
      expect(job).to.deep.include({ name: jobOf(id), secondaryStatus: 'Training', step: 7 })
      expect(job?.transitions[1]).to.deep.equal({
        status: 'Training',
        startedAt: '2026-03-02T10:16:01.000Z',
        message: 'now Training',
      })
    })

    it('does not put an older look over a newer one, nor an earlier job over a later', async () => {
      const training = await trained()
      jobs.add(id, 'InProgress', { SecondaryStatusTransitions: transitions('Starting', 'Training') })
      await followJob(event())
      jobs.add(id, 'InProgress', { SecondaryStatus: 'Starting', SecondaryStatusTransitions: transitions('Starting') })
      await followJob(event())
      expect((await shelf.read(id))?.job).to.include({ secondaryStatus: 'Training' })
      await shelf.training(id, { ...training, attempt: 2, jobName: jobOf(id, 2) })
      await followJob(event(1))
      expect((await shelf.read(id))?.job).to.equal(undefined)
    })

    it('changes nothing after the end of the training, but what a stopped job leaves is deleted', async () => {
      const training = await trained()
      await shelf.training(id, { ...training, status: 'Stopped' })
      jobs.add(id, 'Stopped')
      await shelf.putObject(`${prefix()}${id}.safetensors`, pocketCheckpoint())
      const before = await shelf.read(id)
      await followJob(event())
      expect(await shelf.read(id)).to.deep.equal(before)
      expect(await shelf.keys(prefix())).to.deep.equal([])
    })

    it('that nobody waits for any more has it stopped: its training has ended, or is deleted', async () => {
      const training = await trained()
      await shelf.training(id, { ...training, status: 'Stopped' })
      const late = jobs.add(id, 'InProgress')
      await followJob(event())
      await followJob(event())
      expect(jobs.stopped).to.deep.equal([late])
      jobs.add(id, 'InProgress', { HyperParameters: { training_id: 'deleted' } })
      await followJob(event())
      expect(jobs.stopped).to.deep.equal([late, late])
    })

    it('takes nothing away from a training that has succeeded', async () => {
      await trained()
      const jobName = jobs.add(id, 'Completed')
      await shelf.putObject(`${prefix()}${id}.safetensors`, pocketCheckpoint())
      await register({ id, collected: await collect({ id, jobName }) })
      await shelf.training(id, { ...((await shelf.read(id)) as TrainingRecord), status: 'Succeeded' })
      await followJob(event())
      expect(await shelf.keys(prefix())).to.have.length(1)
    })

    it('deletes what is left of a deleted training, unless it is in the library', async () => {
      const S3OutputPath = `s3://library/Stable-diffusion/checkpoint/custom/${CHECKPOINT_ID}`
      jobs.add(id, 'Stopped', { OutputDataConfig: { S3OutputPath } })
      await shelf.putObject(`${prefix()}${id}.safetensors`, pocketCheckpoint())
      await shelf.checkpoint(CHECKPOINT_ID, `${id}.safetensors`)
      await followJob(event())
      expect(await shelf.keys(prefix())).to.have.length(1)
      await library.dynamodb.run('DeleteItem', { TableName: 'Checkpoints', Key: { id: { S: CHECKPOINT_ID } } })
      await followJob(event())
      expect(await shelf.keys(prefix())).to.deep.equal([])
      expect(await claimOf(id)).to.equal(undefined)
    })

    it('of somebody else’s job is nobody’s business', async () => {
      jobs.add(id, 'Stopped', {
        HyperParameters: { training_id: 'unknown' },
        OutputDataConfig: { S3OutputPath: 's3://other/Stable-diffusion/checkpoint/custom/base' },
      })
      await followJob(event())
      await followJob({ detail: { TrainingJobName: 'darkroom-test-nobody' } })
      await followJob({ detail: {} })
      expect(await shelf.keys('Stable-diffusion/checkpoint/custom/base')).to.have.length(1)
    })
  })
})
