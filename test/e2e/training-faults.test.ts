import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { expect } from 'chai'
import { type Holds, holdTrainings } from '../support/stack-holds.ts'
import { eventually, mailsAbout, putIntoLibrary } from '../support/stack-library.ts'
import {
  makeDataDirectory,
  removeDataDirectory,
  type StackProcess,
  startStackProcess,
} from '../support/stack-process.ts'
import {
  type Belongings,
  clearTrainingFaults,
  deliver,
  enteredStates,
  eventsAbout,
  expectNothingRuns,
  expectTidy,
  objectsBelow,
  objectsOf,
  programsAlive,
  type Started,
  start,
} from '../support/stack-training-faults.ts'
import {
  addTrainingFault,
  makeDataset,
  picture,
  pocketCheckpoint,
  readLibraryItem,
  readTraining,
  type TrainingView,
  writeTrainingSettings,
} from '../support/stack-trainings.ts'

const BASE = 'pocket-base.safetensors'

/** 3.6 s: SageMaker counts in whole seconds. */
const SHORT = 0.001

interface Fault {
  body: object
  error: string
  cause: RegExp
}

const FAILURES: Readonly<Record<string, Fault>> = {
  'says why it failed': {
    body: { instancePrompt: 'fail-message ball' },
    error: 'TrainingFailed',
    cause: /^AlgorithmError: The pictures show no subject: add pictures of it to the dataset\., exit code: 1$/,
  },
  'says it in odd words': {
    body: { instancePrompt: 'fail-oddly ball' },
    error: 'TrainingFailed',
    cause: /^AlgorithmError: No "subject" in \{% \$pictures %\}:\s+C:\\pictures\\ü.*🦊.*, exit code: 1$/s,
  },
  'does not say why it failed': {
    body: { instancePrompt: 'fail-silently ball' },
    error: 'TrainingFailed',
    cause: /exit code: 3$/,
  },
  'is killed for its memory': {
    body: { instancePrompt: 'exit-137 ball', instanceType: 'ml.g5.4xlarge' },
    error: 'OutOfMemory',
    cause: /exit code 137.*ml\.g5\.4xlarge has too little memory/,
  },
  'hangs past its limit': {
    body: { instancePrompt: 'hang ball', maxRuntimeHours: SHORT },
    error: 'MaxRuntimeExceeded',
    cause: /maxRuntimeHours/,
  },
  'hangs past its limit and does not listen': {
    body: { instancePrompt: 'stubborn ball', maxRuntimeHours: SHORT },
    error: 'MaxRuntimeExceeded',
    cause: /maxRuntimeHours/,
  },
  'completes with no output': {
    body: { instancePrompt: 'no-output ball' },
    error: 'NoUsableOutput',
    cause: /put out nothing/,
  },
  'puts out a truncated file': {
    body: { instancePrompt: 'truncated ball' },
    error: 'NoUsableOutput',
    cause: /valid model: puts out a truncated file\.safetensors/,
  },
  'puts out hostile files': {
    body: { instancePrompt: 'hostile ball' },
    error: 'NoUsableOutput',
    cause: /claims a header of .*; .*claims a header of /,
  },
  'finds no machine of any type': {
    body: { instanceTypes: ['ml.p3.2xlarge', 'ml.p3.8xlarge'] },
    error: 'CapacityUnavailable',
    cause: /no free ml\.p3\.2xlarge, ml\.p3\.8xlarge\. CapacityError/,
  },
  'waits too long for spot capacity': {
    body: { spot: true, instanceType: 'ml.p2.xlarge', maxRuntimeHours: SHORT, maxWaitHours: SHORT },
    error: 'MaxWaitTimeExceeded',
    cause: /maxWaitHours/,
  },
  'has no quota': {
    body: { instanceType: 'ml.p4d.24xlarge' },
    error: 'QuotaExceeded',
    cause: /ml\.p4d\.24xlarge for training job usage.*Service Quotas/,
  },
  'has no quota for spot': {
    body: { instanceType: 'ml.p4d.24xlarge', spot: true },
    error: 'QuotaExceeded',
    cause: /ml\.p4d\.24xlarge for spot training job usage.*Service Quotas/,
  },
  'meets pictures that do not decode': {
    body: { dataset: 'torn' },
    error: 'UnreadableImages',
    cause: /^2 of the files cannot be used: cut\.png \(truncated\), words\.png \(not a PNG, JPEG or WebP image\)\.$/,
  },
}

interface Recovery {
  body: object
  expectTo(view: TrainingView): void
}

const RECOVERIES: Readonly<Record<string, Recovery>> = {
  'goes on after a spot interruption': {
    body: { instancePrompt: 'slow ball', spot: true, steps: 40, instanceType: 'ml.g5.8xlarge' },
    expectTo({ log, progress }) {
      expect(log.join('\n')).to.match(/resumed at step [1-9]/)
      expect(progress).to.include({ step: 40, steps: 40 })
      expect((progress as { transitions?: { status: string }[] }).transitions?.map(({ status }) => status)).to.include(
        'Interrupted',
      )
    },
  },
  'takes the second type when the first has no capacity': {
    body: { instanceTypes: ['ml.p3.16xlarge', 'ml.g5.2xlarge'] },
    expectTo: ({ progress }) => expect(progress).to.include({ attempt: 2, instanceType: 'ml.g5.2xlarge' }),
  },
  'takes the second type when the first has no quota': {
    body: { instanceTypes: ['ml.p4d.24xlarge', 'ml.g5.2xlarge'] },
    expectTo: ({ progress }) => expect(progress).to.include({ attempt: 2, instanceType: 'ml.g5.2xlarge' }),
  },
  'finds its models among 2,500 objects': {
    body: { instancePrompt: 'many-outputs ball' },
    expectTo({ name, result }) {
      expect(result?.names).to.deep.equal([
        `${name}.safetensors`,
        `${name}-step00000002.safetensors`,
        `${name}-step00000001.safetensors`,
      ])
      expect(result?.unregistered).to.equal(17)
    },
  },
  'learns from one picture': {
    body: { dataset: 'one' },
    expectTo: ({ log }) => expect(log.join('\n')).to.contain('ok, 1 dataset files'),
  },
}

const HELD_STATES = [
  'Record training',
  'Prepare training',
  'Check images',
  'Mark training',
  'Collect outputs',
  'Register checkpoint',
  'Mark succeeded',
]

const STOPPED = { error: 'Stopped', cause: 'Stopped by admin' }

/** A name as file names have it; the state to hold at stays readable. */
const slug = (words: string): string => words.replaceAll(',', '')

/** The reason of a failure names so many files. */
const REASONS_TOLD = 5

const inGroups = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))

describe('a training on the laptop stack, when something goes wrong', () => {
  const started = new Map<string, Started>()
  const deleted = new Set<string>()
  let stack: StackProcess
  let belongings: Belongings
  let holds: Holds

  /** Starts a training; a part of its name that names a state holds it there. */
  async function begin(name: string, more: object = {}): Promise<Started> {
    const training = await start(stack, {
      name: slug(name),
      base: BASE,
      dataset: 'mascot',
      method: 'dreambooth',
      instancePrompt: 'a sks ball',
      steps: 4,
      ...more,
    })
    started.set(name, training)
    return training
  }

  const stop = ({ id }: Started) => stack.api.call('PUT', `/trainings/${id}/stop`)

  const untilStep = (id: string, step: number): Promise<true> =>
    eventually(async () => (((await readTraining(stack, id)).progress.step ?? 0) >= step ? true : undefined))

  const untilJob = (id: string, status: string): Promise<true> =>
    eventually(async () => ((await readTraining(stack, id)).progress.secondaryStatus === status ? true : undefined))

  const entry = (filename: string) => ({ filename, name: filename, type: 'image', params: {} })

  const makeEmptyDataset = (name: string) =>
    stack.api.call('POST', '/datasets', { dataset_name: name, content: [], params: {}, creator: 'admin' })

  async function makeLargeDataset(name: string, size: number): Promise<void> {
    const png = picture(50)
    for (let next = 0; next < size; next += 1_000) {
      const names = Array.from({ length: 1_000 }, (_, index) => `${next + index}.png`)
      const announced = { dataset_name: name, content: names.map(entry), params: {}, creator: 'admin' }
      await stack.api.call('POST', '/datasets', announced)
      for (let group = 0; group < names.length; group += 50) {
        await Promise.all(
          names
            .slice(group, group + 50)
            .map((file) =>
              stack.s3.send(
                new PutObjectCommand({ Bucket: stack.file.bucket, Key: `dataset/${name}/${file}`, Body: png }),
              ),
            ),
        )
      }
    }
    await stack.api.call('PUT', `/datasets/${name}`, { status: 'Enabled' })
  }

  before(async function () {
    this.timeout(240_000)
    const directory = makeDataDirectory()
    const train = [process.execPath, resolve('test/support/fixture-training.mjs'), directory]
    writeTrainingSettings(directory, {
      programs: [{ image: '**/pocket', train }],
      quotas: { 'ml.p4d.24xlarge': 0, '*': 200 },
    })
    stack = await startStackProcess(directory)
    const base = await putIntoLibrary(stack, BASE, pocketCheckpoint())
    await makeDataset(stack, 'mascot', { 'a.png': picture(10), 'a.txt': 'a sks ball on blue', 'b.png': picture(90) })
    await makeDataset(stack, 'one', { 'a.png': picture(10) })
    const cut = picture(60).subarray(0, 90)
    await makeDataset(stack, 'torn', { 'a.png': picture(10), 'cut.png': cut, 'words.png': 'Not found' })
    belongings = {
      ...(await objectsBelow(stack, 'dataset/')),
      ...(await objectsBelow(stack, `Stable-diffusion/checkpoint/custom/${base}/`)),
    }
    expect(Object.keys(belongings)).to.have.length(8)
    for (const instanceType of ['ml.p3.*', 'ml.p2.*'])
      addTrainingFault(stack, { fault: 'capacity', instanceType, times: 3 })
    addTrainingFault(stack, { fault: 'interrupt' })
    holds = await holdTrainings(stack, HELD_STATES)
    // All at once, since most of them wait most of the time.
    for (const [name, { body: more }] of Object.entries({ ...FAILURES, ...RECOVERIES })) await begin(name, more)
  })

  after(async function () {
    this.timeout(60_000)
    await stack?.stop()
    if (stack) removeDataDirectory(stack.directory)
  })

  const tidy = (name: string): Promise<TrainingView> => expectTidy(stack, started.get(name) as Started, belongings)

  for (const [name, { error, cause }] of Object.entries(FAILURES)) {
    it(`tells the truth and leaves nothing when it ${name}`, async () => {
      const view = await tidy(name)
      expect(view.status).to.equal('Failed')
      expect(view.reason?.error, view.reason?.cause).to.equal(error)
      expect(view.reason?.cause).to.match(cause)
    }).timeout(60_000)
  }

  for (const [name, { expectTo }] of Object.entries(RECOVERIES)) {
    it(`${name}`, async () => {
      const view = await tidy(name)
      expect(view.reason?.cause).to.equal(undefined)
      expect(view.status).to.equal('Succeeded')
      expectTo(view)
    }).timeout(60_000)
  }

  it('is stopped in front of every state', async () => {
    const held = await Promise.all(
      HELD_STATES.map(async (state) => ({ state, training: await begin(`stopped before ${state}`) })),
    )
    for (const { training } of held) await holds.reached(training.id)
    await Promise.all(held.map(({ training }) => stop(training)))
    for (const { state, training } of held) {
      const view = await expectTidy(stack, training, belongings)
      expect(view, state).to.include({ status: 'Stopped' })
      expect(view.reason, state).to.deep.equal(STOPPED)
      // What is in the library is the user's.
      if (state !== 'Mark succeeded') continue
      expect(await readLibraryItem(stack, view.checkpoint_id)).to.include({ status: 'Active' })
      expect(await objectsOf(stack, view.checkpoint_id)).to.have.length(1)
    }
  }).timeout(90_000)

  it('is stopped while its job trains, also a deaf one and one that puts out what it has', async () => {
    const programs = ['slow', 'stubborn', 'learning']
    const running = await Promise.all(
      programs.map((word) => begin(`stopped ${word}`, { instancePrompt: `${word} ball`, steps: 5_000, spot: true })),
    )
    for (const { id } of running) await untilStep(id, 1)
    await Promise.all(running.map(stop))
    for (const training of running) {
      const view = await expectTidy(stack, training, belongings)
      expect(view).to.include({ status: 'Stopped' })
      expect(view.reason).to.deep.equal(STOPPED)
    }
    await expectNothingRuns(stack)
    // Nothing is left that a training of the same name could meet.
    const again = await begin('stopped learning')
    expect(await expectTidy(stack, again, belongings)).to.include({ status: 'Succeeded' })
  }).timeout(90_000)

  it('is stopped while its job waits for an instance', async () => {
    const training = await begin('stopped waiting', { spot: true, instanceType: 'ml.p2.8xlarge' })
    await untilJob(training.id, 'Starting')
    await stop(training)
    expect((await expectTidy(stack, training, belongings)).reason).to.deep.equal(STOPPED)
  }).timeout(60_000)

  it('is stopped, and is deleted, while its job puts out 2,500 files', async () => {
    const [stopped, dropped] = [
      await begin('stopped uploading', { instancePrompt: 'many-outputs ball' }),
      await begin('dropped uploading', { instancePrompt: 'many-outputs ball' }),
    ]
    deleted.add(dropped.id)
    const dropWhenUploading = async (): Promise<string> => {
      await untilJob(dropped.id, 'Uploading')
      const { checkpoint_id: id } = await readTraining(stack, dropped.id)
      await stack.api.call('DELETE', '/trainings', { training_id_list: [dropped.id] })
      return id
    }
    const [checkpoint] = await Promise.all([
      dropWhenUploading(),
      untilJob(stopped.id, 'Uploading').then(() => stop(stopped)),
    ])
    const view = await expectTidy(stack, stopped, belongings)
    expect(view.reason).to.deep.equal(STOPPED)
    await expectNothingRuns(stack)
    await eventually(async () => ((await objectsOf(stack, checkpoint)).length === 0 ? true : undefined))
    expect(await readLibraryItem(stack, 'name/dropped uploading.safetensors')).to.equal(undefined)
  }).timeout(90_000)

  it('is stopped at whatever moment', async () => {
    const moments = Array.from({ length: 12 }, (_, index) => index * 120)
    const trainings = await Promise.all(
      moments.map(async (moment) => {
        const training = await begin(`stopped after ${moment} ms`)
        await sleep(moment)
        await stop(training)
        return training
      }),
    )
    for (const training of trainings) {
      const view = await expectTidy(stack, training, belongings)
      if (view.status !== 'Succeeded') expect(view.reason).to.deep.equal(STOPPED)
    }
  }).timeout(90_000)

  it('does without the events of SageMaker', async () => {
    addTrainingFault(stack, { fault: 'drop-event', times: 100 })
    const trainings = [await begin('unheard'), await begin('unheard failing', { instancePrompt: 'fail-message ball' })]
    const views = await Promise.all(trainings.map((training) => expectTidy(stack, training, belongings)))
    clearTrainingFaults(stack)
    expect(views.map(({ status }) => status)).to.deep.equal(['Succeeded', 'Failed'])
    expect(views[0]?.progress).to.include({ step: 4, secondaryStatus: 'Completed' })
    expect(views[1]?.reason?.error).to.equal('TrainingFailed')
  }).timeout(60_000)

  it('hears the events of SageMaker doubled, and once more in reverse order', async () => {
    addTrainingFault(stack, { fault: 'duplicate-event', times: 100 })
    const training = await begin('doubled')
    const view = await expectTidy(stack, training, belongings)
    clearTrainingFaults(stack)
    expect(view.status).to.equal('Succeeded')
    const events = await eventsAbout(stack, 'aws.sagemaker', view.sagemakerTrainName)
    expect(events.length).to.be.greaterThan(4)
    for (const event of events.reverse()) await deliver(stack, 'trainingState', event)
    for (const event of await eventsAbout(stack, 'aws.states', training.execution))
      await deliver(stack, 'announce', event)
    expect(await expectTidy(stack, training, belongings)).to.deep.equal(view)
    expect(await readLibraryItem(stack, view.checkpoint_id)).to.include({ status: 'Active' })
  }).timeout(60_000)

  it('loses its base model before it is prepared, before its job starts, and while it trains', async () => {
    const cases = [
      { name: 'base gone before Prepare training', error: 'CheckpointNotFound', cause: /^base: no checkpoint/ },
      { name: 'base gone before Mark training', error: 'TrainingRefused', cause: /No S3 objects found under S3 URL/ },
    ]
    for (const { name, error, cause } of cases) {
      const base = await putIntoLibrary(stack, `lost in ${error}.safetensors`, pocketCheckpoint(2))
      const training = await begin(name, { base })
      const release = await holds.reached(training.id)
      await stack.api.call('DELETE', '/checkpoints', { checkpoint_id_list: [base] })
      await release()
      const view = await expectTidy(stack, training, belongings)
      expect(view.reason?.error, view.reason?.cause).to.equal(error)
      expect(view.reason?.cause).to.match(cause)
    }
    const base = await putIntoLibrary(stack, 'fleeting.safetensors', pocketCheckpoint(2))
    const training = await begin('base gone later', { base, instancePrompt: 'slow ball', steps: 40 })
    await untilStep(training.id, 1)
    await stack.api.call('DELETE', '/checkpoints', { checkpoint_id_list: [base] })
    const refused = await stack.api
      .call('DELETE', '/datasets', { dataset_name_list: ['mascot'] })
      .catch((error: Error) => error.message)
    expect(refused).to.contain('409: ').and.to.contain('mascot')
    expect(await expectTidy(stack, training, belongings)).to.include({ status: 'Succeeded' })
  }).timeout(90_000)

  it('has no dataset to train on, or one whose pictures go on the way', async () => {
    await makeEmptyDataset('none')
    const refused = await begin('none', { dataset: 'none' }).catch((error: Error) => error.message)
    expect(refused).to.contain('400: dataset: none is Initialed: complete its upload and enable it')
    await makeDataset(stack, 'fading', { 'a.png': picture(10), 'b.png': picture(20) })
    const training = await begin('picture gone before Check images', { dataset: 'fading' })
    const release = await holds.reached(training.id)
    await stack.s3.send(new DeleteObjectCommand({ Bucket: stack.file.bucket, Key: 'dataset/fading/b.png' }))
    await release()
    const view = await expectTidy(stack, training, belongings)
    expect(view.reason?.error).to.equal('UnreadableImages')
    expect(view.reason?.cause).to.match(/^1 of the files cannot be used: b\.png \(.*not in the bucket.*\)\.$/)
  }).timeout(60_000)

  it('has 5,000 pictures, is stopped while they are looked at, and learns from them then', async () => {
    await makeLargeDataset('large', 5_000)
    const stopped = await begin('stopped large', { dataset: 'large' })
    await eventually(async () => ((await enteredStates(stack, stopped)).includes('Check images') ? true : undefined))
    await stop(stopped)
    const learned = await begin('learned large', { dataset: 'large' })
    const early = await expectTidy(stack, stopped, belongings)
    expect(early.status).to.equal('Stopped')
    const view = await expectTidy(stack, learned, belongings)
    expect(view.reason?.cause).to.equal(undefined)
    expect(view.log.join('\n')).to.contain('ok, 5000 dataset files')
  }).timeout(180_000)

  it('puts out files that are made to do harm', async () => {
    const folder = '../shared/corpus/hostile-safetensors'
    const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.safetensors')) : []
    const trainings = await Promise.all(
      inGroups(files, REASONS_TOLD).map((group, index) => {
        const paths = group.map((file) => `${folder}/${file}`)
        return begin(`evil ${index}`, { instancePrompt: `copy ${paths.join(' ')}` })
      }),
    )
    for (const training of trainings) {
      const view = await expectTidy(stack, training, belongings)
      expect(view.reason?.error, view.name).to.equal('NoUsableOutput')
      expect(view.reason?.cause).to.match(/^No file that the job put out is a valid model: /)
      expect(view.reason?.cause)
        .to.contain(`${view.name}.safetensors`)
        .and.not.to.match(/and \d+ more/)
    }
  }).timeout(120_000)

  it('has a name that another one has had for a moment', async () => {
    const bodies = [{ instancePrompt: 'slow ball', steps: 30 }, {}, {}]
    const [first, ...others] = await Promise.all(
      bodies.map((more, index) =>
        begin(`twin ${index} before Prepare training`, { name: 'twin before Prepare training', ...more }),
      ),
    )
    for (const training of [first, ...others] as Started[]) await (await holds.reached(training.id))()
    const views = await Promise.all(
      ([first, ...others] as Started[]).map((training) => expectTidy(stack, training, belongings)),
    )
    const [winner, ...more] = views.filter(({ status }) => status === 'Succeeded')
    expect(more).to.deep.equal([])
    for (const { status, reason } of views.filter((view) => view !== winner)) {
      expect(status).to.equal('Failed')
      expect(reason).to.deep.equal({
        error: 'NameTaken',
        cause: 'twin before Prepare training.safetensors already exists, please use another or rename/delete exists',
      })
    }
    expect(await readLibraryItem(stack, 'name/twin before Prepare training.safetensors')).to.include({
      checkpointId: winner?.checkpoint_id,
    })
    expect(await objectsOf(stack, winner?.checkpoint_id ?? '')).to.have.length(1)
  }).timeout(60_000)

  it('is deleted: what it was made from and what came out stays', async () => {
    const ended = await begin('kept')
    const { checkpoint_id: kept, result } = await expectTidy(stack, ended, belongings)
    const running = await begin('dropped', { instancePrompt: 'learning ball', spot: true })
    await untilStep(running.id, 1)
    const { checkpoint_id: dropped } = await readTraining(stack, running.id)
    const held = await begin('dropped before Register checkpoint')
    const release = await holds.reached(held.id)
    const { checkpoint_id: late } = await readTraining(stack, held.id)
    const ids = [ended.id, running.id, held.id]
    // Whoever deletes what runs is not told of its end.
    for (const id of [running.id, held.id]) deleted.add(id)
    await stack.api.call('DELETE', '/trainings', { training_id_list: ids })
    await release().catch(() => undefined)
    await expectNothingRuns(stack)
    for (const id of ids) {
      const answer = await readTraining(stack, id).catch((error: { status: number }) => error.status)
      expect(answer).to.equal(404)
    }
    await eventually(async () => {
      const left = await Promise.all([dropped, late].map((id) => objectsOf(stack, id)))
      const claims = await Promise.all(
        ['dropped', 'dropped before Register checkpoint'].map((name) =>
          readLibraryItem(stack, `name/${name}.safetensors`),
        ),
      )
      return left.flat().length === 0 && claims.every((claim) => claim === undefined) ? true : undefined
    })
    expect(await objectsOf(stack, kept)).to.have.length(result?.names.length ?? 0)
    expect(await readLibraryItem(stack, kept)).to.include({ status: 'Active' })
    expect(await objectsBelow(stack, `trainings/${ended.id}/`)).to.deep.equal({})
    expect(await objectsBelow(stack, 'dataset/mascot/')).to.have.all.keys(
      Object.keys(belongings).filter((key) => key.startsWith('dataset/mascot/')),
    )
  }).timeout(60_000)

  it('goes on after kill -9 of the stack', async () => {
    const names = ['killed before Check images', 'killed before Collect outputs']
    const held = await Promise.all(names.map((name) => begin(name)))
    const releases = await Promise.all(held.map(({ id }) => holds.reached(id)))
    expect(releases).to.have.length(2)
    const slow = { instancePrompt: 'slow ball', steps: 120 }
    const running = [await begin('killed on spot', { ...slow, spot: true }), await begin('killed on demand', slow)]
    const [spot] = running
    await untilStep(running[1]?.id ?? '', 1)
    await eventually(async () =>
      Object.keys(await objectsBelow(stack, `trainings/${spot?.id}/checkpoints/`)).length > 0 ? true : undefined,
    )
    const stopping = [
      await begin('killed stopping', { instancePrompt: 'learning ball' }),
      await begin('killed stopping deaf', { instancePrompt: 'stubborn ball' }),
    ]
    for (const training of stopping) await untilStep(training.id, 1)
    const uploading = await begin('killed uploading', { instancePrompt: 'many-outputs ball' })
    await untilJob(uploading.id, 'Uploading')
    await Promise.all(stopping.map(stop))
    await stack.kill()
    await eventually(async () => ((await programsAlive(stack.directory)).length === 0 ? true : undefined))
    stack = await startStackProcess(stack.directory)
    await Promise.all(held.map(({ id }) => holds.letGo(stack, id)))
    for (const training of stopping) {
      const view = await expectTidy(stack, training, belongings)
      expect(view.reason, view.name).to.deep.equal(STOPPED)
    }
    for (const training of [...held, ...running, uploading]) {
      const view = await expectTidy(stack, training, belongings)
      expect(view.reason?.cause, view.name).to.equal(undefined)
      expect(view.status).to.equal('Succeeded')
    }
    const { sagemakerTrainName: job } = await readTraining(stack, spot?.id ?? '')
    expect(readFileSync(join(stack.directory, 'logs', `training-${job}.log`), 'utf8')).to.match(/resumed at step [1-9]/)
  }).timeout(120_000)

  it('has told everybody once, and runs no more', async () => {
    await expectNothingRuns(stack)
    for (const [name, { id }] of started)
      expect(await mailsAbout(stack, id), name).to.have.length(deleted.has(id) ? 0 : 1)
  }).timeout(60_000)
})
