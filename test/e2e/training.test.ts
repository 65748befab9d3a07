import { expect } from 'chai'
import { eventually, listBucket, mailsAbout, putIntoLibrary } from '../support/stack-library.ts'
import {
  makeDataDirectory,
  removeDataDirectory,
  type StackProcess,
  startStackProcess,
} from '../support/stack-process.ts'
import {
  describeJob,
  makeDataset,
  picture,
  pocketCheckpoint,
  readLibraryItem,
  readTraining,
  startTraining,
  untilEnded,
  writeTrainingSettings,
} from '../support/stack-trainings.ts'

const BASE = 'pocket-base.safetensors'

describe('trainings on the laptop stack', () => {
  let stack: StackProcess
  let base: string

  before(async function () {
    this.timeout(240_000)
    const directory = makeDataDirectory()
    writeTrainingSettings(directory)
    stack = await startStackProcess(directory)
    base = await putIntoLibrary(stack, BASE, pocketCheckpoint())
    await makeDataset(stack, 'mascot', {
      'a.png': picture(10),
      'a.txt': 'a sks ball on blue',
      'b.png': picture(90),
    })
  })

  after(async () => {
    await stack.stop()
    removeDataDirectory(stack.directory)
  })

  const body = (name: string, more: object = {}) => ({
    name,
    base: BASE,
    dataset: 'mascot',
    method: 'dreambooth',
    instancePrompt: 'a sks ball',
    steps: 20,
    ...more,
  })

  it('trains, registers what came out with its lineage, and tells by mail', async () => {
    const id = await startTraining(stack, body('happy', { checkpointEvery: 8 }))
    const view = await untilEnded(stack, id)
    expect(view.reason?.cause).to.equal(undefined)
    expect(view).to.deep.include({ status: 'Succeeded', job_status: 'Completed', name: 'happy' })
    expect(view.result?.names).to.deep.equal([
      'happy.safetensors',
      'happy-step00000016.safetensors',
      'happy-step00000008.safetensors',
    ])
    expect(view.progress).to.include({ step: 20, steps: 20 })
    expect(view.progress.loss).to.be.a('number')
    expect(view.log.join('\n')).to.contain('fixture training: ok, 3 dataset files')
    const checkpoint = await readLibraryItem(stack, view.result?.checkpointId ?? '')
    expect(checkpoint).to.deep.include({ status: 'Active', type: 'Stable-diffusion', names: view.result?.names })
    expect(checkpoint?.lineage).to.deep.include({
      kind: 'training',
      trainingId: id,
      dataset: { name: 'mascot', images: 2, captions: 1 },
    })
    expect(checkpoint).to.have.nested.property('lineage.base').that.includes({ checkpointId: base, name: BASE })
    const mail = await eventually(async () => (await mailsAbout(stack, id))[0])
    expect(mail.subject).to.equal('Training "happy" succeeded')
    expect(mail.body).to.contain('happy.safetensors').and.to.contain('POST /inferences').and.to.contain('2 pictures')
    const { keys } = await listBucket(stack)
    expect(keys.filter((key) => key.endsWith('happy.safetensors'))).to.deep.equal([
      `${view.result?.location.slice(`s3://${stack.file.bucket}/`.length)}/happy.safetensors`,
    ])
  }).timeout(60_000)

  it('trains a LoRA in the form of the contract, with its fields mapped and the others named', async () => {
    const { data, status } = await stack.api.call<Record<string, unknown>>('POST', '/trainings', {
      lora_train_type: 'Kohya',
      params: {
        training_params: { training_instance_type: 'ml.g5.2xlarge', model: BASE, dataset: 'mascot', fm_type: 'sd_1_5' },
        config_params: {
          saving_arguments: { output_name: 'contract', save_every_n_epochs: 2 },
          training_arguments: { max_train_epochs: 10, train_batch_size: '1', optimizer_type: 'Lion' },
        },
      },
    })
    expect(status).to.equal(201)
    expect(data).to.deep.include({ status: 'Training', ignored: ['config_params.training_arguments.optimizer_type'] })
    const id = String(data.id)
    const view = await untilEnded(stack, id)
    expect(view.reason?.cause).to.equal(undefined)
    expect(view.progress.steps).to.equal(20)
    expect(view.result?.names).to.have.length(5)
    const { TrainingJobStatus, ResourceConfig } = await describeJob(stack, view.sagemakerTrainName)
    expect([TrainingJobStatus, ResourceConfig?.InstanceType]).to.deep.equal(['Completed', 'ml.g5.2xlarge'])
    const page = await stack.api.call<{
      trainings: { id: string; status: string; trainType: string; params: never }[]
    }>('GET', '/trainings?username=admin')
    const row = page.data.trainings.find((training) => training.id === id)
    expect(row).to.include({ status: 'Completed', trainType: 'Lora' })
    for (const { params } of page.data.trainings) {
      expect(params).to.have.nested.property('config_params.saving_arguments.output_name').that.is.a('string')
    }
  }).timeout(60_000)

  it('says in the program’s own words why it failed, and leaves nothing but base and dataset', async () => {
    const before = (await listBucket(stack)).keys.filter((key) => !key.startsWith('trainings/'))
    const id = await startTraining(stack, body('failing', { instancePrompt: 'fail-message of a ball' }))
    const view = await untilEnded(stack, id)
    expect(view.reason?.error).to.equal('TrainingFailed')
    expect(view.reason?.cause).to.contain('The pictures show no subject')
    const mail = await eventually(async () => (await mailsAbout(stack, id))[0])
    expect(mail.body).to.contain('What to do:').and.to.contain('The pictures show no subject')
    expect((await listBucket(stack)).keys.filter((key) => !key.startsWith('trainings/'))).to.deep.equal(before)
    expect(await readLibraryItem(stack, 'name/failing.safetensors')).to.equal(undefined)
    expect(await mailsAbout(stack, id)).to.have.length(1)
  }).timeout(60_000)

  it('stops when it is told to, with its job, and gives the name back', async () => {
    const id = await startTraining(stack, body('stopped', { instancePrompt: 'slow ball', steps: 5000 }))
    const job = await eventually(async () => {
      const { sagemakerTrainName, progress } = await readTraining(stack, id)
      return (progress.step ?? 0) > 2 ? sagemakerTrainName : undefined
    })
    expect((await stack.api.call('PUT', `/trainings/${id}/stop`)).status).to.equal(202)
    const view = await untilEnded(stack, id)
    expect(view).to.deep.include({ status: 'Stopped', job_status: 'Stopped' })
    expect(view.reason).to.deep.equal({ error: 'Stopped', cause: 'Stopped by admin' })
    await eventually(async () => ((await describeJob(stack, job)).TrainingJobStatus === 'Stopped' ? true : undefined))
    await eventually(async () => {
      const { keys } = await listBucket(stack)
      const claim = await readLibraryItem(stack, 'name/stopped.safetensors')
      return claim === undefined && !keys.some((key) => key.includes(view.checkpoint_id)) ? true : undefined
    })
    await eventually(async () => (await mailsAbout(stack, id))[0])
    expect(await mailsAbout(stack, id)).to.have.length(1)
    expect((await stack.api.call('PUT', `/trainings/${id}/stop`)).status).to.equal(200)
  }).timeout(60_000)

  it('deletes one that runs and one that has ended; base, dataset and the trained checkpoint stay', async () => {
    const ended = await startTraining(stack, body('kept'))
    const { result } = await untilEnded(stack, ended)
    const running = await startTraining(stack, body('running', { instancePrompt: 'hang ball' }))
    const { job, checkpoint } = await eventually(async () => {
      const view = await readTraining(stack, running)
      return view.progress.step === 1 ? { job: view.sagemakerTrainName, checkpoint: view.checkpoint_id } : undefined
    })
    const { status } = await stack.api.call('DELETE', '/trainings', { training_id_list: [ended, running, 'unknown'] })
    expect(status).to.equal(204)
    await eventually(async () => ((await describeJob(stack, job)).TrainingJobStatus === 'Stopped' ? true : undefined))
    for (const id of [ended, running]) {
      const answer = await readTraining(stack, id).catch((error: { status: number }) => error.status)
      expect(answer).to.equal(404)
    }
    const keys = await eventually(async () => {
      const found = (await listBucket(stack)).keys
      return found.some((key) => key.includes(running) || key.includes(checkpoint)) ? undefined : found
    })
    expect(keys.filter((key) => key.startsWith(`trainings/${ended}`))).to.deep.equal([])
    expect(keys).to.include.members(['dataset/mascot/a.png', `Stable-diffusion/checkpoint/custom/${base}/${BASE}`])
    expect(keys.some((key) => key.endsWith('/kept.safetensors'))).to.equal(true)
    expect(await readLibraryItem(stack, result?.checkpointId ?? '')).to.include({ status: 'Active' })
  }).timeout(60_000)
})
