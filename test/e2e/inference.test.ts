import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import {
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListStateMachinesCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn'
import { expect } from 'chai'
import { buildCheckpoint } from '../support/build-checkpoint.ts'
import { addFault, viewEndpoints } from '../support/stack-endpoints.ts'
import { eventually, listBucket, type MailView, mailsAbout, putIntoLibrary } from '../support/stack-library.ts'
import {
  makeDataDirectory,
  removeDataDirectory,
  type StackProcess,
  startStackProcess,
} from '../support/stack-process.ts'

interface InferenceView {
  InferenceJobId: string
  status: string
  image_names: string[]
  img_presigned_urls: string[]
  output_presigned_urls: string[]
  reason?: { error: string; cause: string }
  sagemakerRaw?: string
}

interface EndpointView {
  endpoint_name: string
  endpoint_type: string
  endpoint_status: string
}

const MODEL = 'painter-test.safetensors'
const ORDER = { task_type: 'txt2img', inference_type: 'Async', models: { 'Stable-diffusion': [MODEL] } }
const PNG = Buffer.from('\x89PNG', 'latin1')

describe('an inference on the laptop stack', () => {
  let stack: StackProcess
  let machineArn: string

  before(async function () {
    this.timeout(180_000)
    const directory = makeDataDirectory()
    const command = [process.execPath, resolve('test/support/inference-container.mjs')]
    writeFileSync(
      join(directory, 'sagemaker.json'),
      JSON.stringify({ programs: ['test/painter', '**/pocket'].map((image) => ({ image, command })) }),
    )
    stack = await startStackProcess(directory)
    await putIntoLibrary(
      stack,
      MODEL,
      buildCheckpoint({ tensors: [{ name: 'model.weight', dtype: 'F16', shape: [4] }], seed: 1 }),
    )
    const { stateMachines = [] } = await stack.sfn.send(new ListStateMachinesCommand({}))
    machineArn = stateMachines.find(({ name = '' }) => /async-?inference/i.test(name))?.stateMachineArn ?? ''
    await shortenHeartbeat()
    await Promise.all([deploy('Async', 'painter'), deploy('Real-time', 'live')])
  })

  after(async function () {
    this.timeout(60_000)
    await stack.stop()
    removeDataDirectory(stack.directory)
  })

  /** Nobody waits five minutes for a test: a lost notification is noticed after two seconds. */
  async function shortenHeartbeat(): Promise<void> {
    const { definition = '' } = await stack.sfn.send(new DescribeStateMachineCommand({ stateMachineArn: machineArn }))
    const short = definition.replace(/"HeartbeatSeconds":\s*300/, '"HeartbeatSeconds":2')
    expect(short).not.to.equal(definition)
    await stack.sfn.send(new UpdateStateMachineCommand({ stateMachineArn: machineArn, definition: short }))
  }

  async function deploy(type: string, short: string): Promise<void> {
    const role = `role-${short}`
    await (await viewEndpoints(stack)).createRole(role)
    await stack.api.call('POST', '/endpoints', {
      endpoint_name: short,
      endpoint_type: type,
      instance_type: 'ml.g5.2xlarge',
      initial_instance_count: 1,
      autoscaling_enabled: false,
      assign_to_roles: [role],
      creator: 'admin',
      backend: 'diffusers',
      custom_docker_image_uri: 'test/painter',
      max_concurrent_invocations: 4,
    })
    await eventually(async () => {
      const { data } = await stack.api.call<{ endpoints: EndpointView[] }>('GET', '/endpoints?username=admin&limit=100')
      const row = data.endpoints.find(({ endpoint_name }) => endpoint_name.endsWith(`-${short}`))
      return row?.endpoint_status === 'InService' ? row : undefined
    })
  }

  async function start(prompt: string, more: object = {}): Promise<string> {
    const body = { ...ORDER, payload_string: JSON.stringify({ prompt, steps: 1 }), ...more }
    const { data } = await stack.api.call<{ inference: { inference_id: string } }>('POST', '/inferences', body)
    return data.inference.inference_id
  }

  const view = async (id: string): Promise<InferenceView> =>
    (await stack.api.call<InferenceView>('GET', `/inferences/${id}`)).data

  const ended = (id: string): Promise<InferenceView> =>
    eventually(async () => {
      const inference = await view(id)
      return inference.status === 'inprogress' ? undefined : inference
    })

  const mailOf = (id: string): Promise<MailView> => eventually(async () => (await mailsAbout(stack, id))[0])

  const executionArn = (id: string): string => `${machineArn.replace(':stateMachine:', ':execution:')}:${id}`

  async function statesOf(id: string): Promise<string[]> {
    const { events = [] } = await stack.sfn.send(
      new GetExecutionHistoryCommand({ executionArn: executionArn(id), maxResults: 1000 }),
    )
    return events.flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? [])
  }

  async function expectNothingHalfMade(id: string): Promise<void> {
    await eventually(async () => {
      const { keys } = await listBucket(stack)
      const left = keys.filter((key) => key.startsWith(`out/${id}/`) || key === `inference_input/${id}.json`)
      return left.length === 0 ? true : undefined
    })
  }

  it('makes the image from uploaded parameters, as the WebUI asks for it, and tells nobody', async () => {
    const { data, status } = await stack.api.call<{ inference: { id: string; api_params_s3_upload_url: string } }>(
      'POST',
      '/inferences',
      ORDER,
    )
    expect(status).to.equal(201)
    const { id, api_params_s3_upload_url: url } = data.inference
    const parameters = '{"prompt":"a red circle","s_tmax":Infinity}'.replace('Infinity', 'null')
    expect((await fetch(url, { method: 'PUT', body: parameters })).status).to.equal(200)
    const call = () => stack.api.call<{ inference: { status: string } }>('PUT', `/inferences/${id}/start`)
    const [first, second] = await Promise.all([call(), call()])
    expect([first.status, second.status]).to.deep.equal([202, 202])
    const inference = await ended(id)
    expect(inference.reason).to.equal(undefined)
    expect(inference).to.deep.include({ status: 'succeed', image_names: ['image_0.png'] })
    const image = Buffer.from(await (await fetch(inference.img_presigned_urls[0] ?? '')).arrayBuffer())
    expect(image.subarray(0, 4).equals(PNG)).to.equal(true)
    const told = (await (await fetch(inference.output_presigned_urls[0] ?? '')).json()) as { info: string }
    expect(JSON.parse(told.info).infotexts[0]).to.contain('a red circle')
    expect(await mailsAbout(stack, id)).to.deep.equal([])
    expect((await call()).data.inference.status).to.equal('succeed')
  }).timeout(30_000)

  it('tells by mail when that was asked for', async () => {
    const id = await start('a castle on a hill', { notify: true })
    const mail = await mailOf(id)
    expect(mail.subject).to.equal('Ready: "a castle on a hill"')
    expect(mail.body).to.contain(`out/${id}/result/image_0.png`)
    expect((await view(id)).status).to.equal('succeed')
  }).timeout(30_000)

  it('makes one on a real-time endpoint', async () => {
    const id = await start('a fox', { inference_type: 'Real-time' })
    expect(await ended(id)).to.deep.include({ status: 'succeed', image_names: ['image_0.png'] })
    expect(await statesOf(id))
      .to.include('Invoke at once')
      .and.not.to.include('Invoke endpoint')
  }).timeout(30_000)

  const failures: [prompt: string, error: string, mention: string][] = [
    ['null', 'InferenceFailed', 'answered null'],
    ['error', 'OutOfMemory', 'no room for 4096'],
    ['politely', 'ModelNotFound', 'castle.safetensors is not there'],
    ['garbage', 'UnreadableReply', '502 Bad Gateway'],
  ]
  for (const type of ['Async', 'Real-time']) {
    for (const [prompt, error, mention] of failures) {
      it(`fails with ${error} when a container of type ${type} answers ${prompt}, and tells once`, async () => {
        const id = await start(`${prompt} ${type}`, { inference_type: type })
        const inference = await ended(id)
        expect(inference.status).to.equal('failed')
        expect(inference.reason?.error).to.equal(error)
        expect(inference.reason?.cause).to.contain(mention)
        expect(inference.sagemakerRaw).to.contain(mention)
        const mail = await mailOf(id)
        expect(mail.body).to.contain('What to do:').and.to.contain(mention)
        await expectNothingHalfMade(id)
        expect(await mailsAbout(stack, id)).to.have.length(1)
      }).timeout(30_000)
    }
  }

  it('finds the image although the notification was lost', async () => {
    addFault(stack, { fault: 'drop-notification', endpoint: '*painter' })
    const id = await start('a lost message')
    expect((await ended(id)).status).to.equal('succeed')
    expect(await statesOf(id)).to.include('Look for output')
  }).timeout(30_000)

  it('takes a notification that comes twice for one', async () => {
    addFault(stack, { fault: 'duplicate-notification', endpoint: '*painter' })
    const id = await start('a message twice', { notify: true })
    expect((await ended(id)).image_names).to.deep.equal(['image_0.png'])
    await mailOf(id)
    expect(await mailsAbout(stack, id)).to.have.length(1)
  }).timeout(30_000)

  it('lets a notification that comes late change nothing', async () => {
    addFault(stack, { fault: 'delay-notification', endpoint: '*painter', seconds: 6 })
    const id = await start('a late message')
    expect((await ended(id)).status).to.equal('succeed')
    const before = await view(id)
    await new Promise((done) => setTimeout(done, 6500))
    const { img_presigned_urls: _a, output_presigned_urls: _b, ...after } = await view(id)
    expect(before).to.deep.include({ status: after.status, image_names: after.image_names })
  }).timeout(40_000)

  it('fails by name when the output object is not there', async () => {
    addFault(stack, { fault: 'lose-output', endpoint: '*painter' })
    const id = await start('a lost object')
    const { status, reason } = await ended(id)
    expect([status, reason?.error]).to.deep.equal(['failed', 'OutputMissing'])
  }).timeout(30_000)

  it('stops while the endpoint works, cleans up, and ignores what comes of it', async () => {
    const id = await start('slowly a snail')
    await eventually(async () => ((await statesOf(id)).includes('Invoke endpoint') ? true : undefined))
    await stack.sfn.send(
      new StopExecutionCommand({ executionArn: executionArn(id), error: 'Stopped', cause: 'Stopped by admin' }),
    )
    const inference = await ended(id)
    expect(inference).to.deep.include({
      status: 'failed',
      reason: { error: 'Stopped', cause: 'Stopped by admin' },
    })
    await new Promise((done) => setTimeout(done, 2000))
    expect((await view(id)).status).to.equal('failed')
    await expectNothingHalfMade(id)
  }).timeout(30_000)

  for (const state of ['Claim inference', 'Prepare request', 'Invoke endpoint', 'Collect images', 'Mark succeeded']) {
    it(`ends in a known state when it is stopped in "${state}"`, async () => {
      const id = await start(`slowly stopped in ${state}`)
      await eventually(async () => ((await statesOf(id)).includes(state) ? true : undefined))
      await stack.sfn.send(new StopExecutionCommand({ executionArn: executionArn(id), error: 'Stopped' }))
      const { status, image_names } = await ended(id)
      if (status === 'succeed') expect(image_names).to.deep.equal(['image_0.png'])
      else await expectNothingHalfMade(id)
    }).timeout(30_000)
  }

  it('ends in a known state when it is stopped while a real-time endpoint works', async () => {
    const id = await start('slowly and at once', { inference_type: 'Real-time' })
    await eventually(async () => ((await statesOf(id)).includes('Invoke at once') ? true : undefined))
    await stack.sfn.send(new StopExecutionCommand({ executionArn: executionArn(id), error: 'Stopped' }))
    expect((await ended(id)).reason?.error).to.equal('Stopped')
    await expectNothingHalfMade(id)
  }).timeout(30_000)

  it('deletes one that runs, with everything that it has', async () => {
    const id = await start('slowly a second snail')
    await eventually(async () => ((await statesOf(id)).includes('Invoke endpoint') ? true : undefined))
    const { status } = await stack.api.call('DELETE', '/inferences', { inference_id_list: [id] })
    expect(status).to.equal(204)
    await new Promise((done) => setTimeout(done, 2500))
    const gone = await view(id).catch((error: { status: number }) => error.status)
    expect(gone).to.equal(404)
    const { keys } = await listBucket(stack)
    expect(keys.filter((key) => key.includes(id) && !key.startsWith('sagemaker_output/'))).to.deep.equal([])
  }).timeout(30_000)

  it('answers at the simple door: JSON, a page, the bytes, and the JumpStart form', async () => {
    const knock = (path: string, accept: string, init: RequestInit = {}) =>
      fetch(`${stack.file.apiUrl}${path}`, { ...init, headers: { 'x-api-key': stack.file.apiKey, accept } })
    const prompt = encodeURIComponent('a "red" <circle>\n🏰')
    const json = await knock(`/generate/${prompt}`, 'application/json')
    expect(json.status, await json.clone().text()).to.equal(200)
    const { data } = (await json.json()) as { data: { prompt: string; images: string[] } }
    expect(data.prompt).to.equal('a "red" <circle> 🏰')
    const page = await knock(`/generate/${prompt}`, 'text/html,*/*;q=0.8')
    expect(page.headers.get('content-type')).to.contain('text/html')
    const html = await page.text()
    expect(html).to.contain('a &quot;red&quot; &lt;circle&gt; 🏰').and.not.to.contain('<circle>')
    const bytes = Buffer.from(await (await knock('/generate/default', 'image/*')).arrayBuffer())
    expect(bytes.subarray(0, 4).equals(PNG)).to.equal(true)
    const legacy = await knock('/text2image', '*/*', { method: 'POST', body: JSON.stringify({ text: 'a horse' }) })
    const told = (await legacy.json()) as { statusCode: number; body: string }
    expect(Object.keys(told)).to.deep.equal(['statusCode', 'body'])
    expect(told.statusCode).to.equal(200)
    expect((await fetch(told.body)).headers.get('content-type')).to.equal('image/png')
  }).timeout(60_000)

  it('is demonstrated by one command, which leaves the picture and no endpoint', async () => {
    const weights = join(stack.directory, MODEL)
    const words = [
      '--import',
      'tsx',
      'scripts/demo.ts',
      'generate',
      'a red',
      '"circle" 🏰',
      '--data-dir',
      stack.directory,
    ]
    const demo = (...more: string[]) => promisify(execFile)(process.execPath, [...words, '--weights', weights, ...more])
    const namesOfEndpoints = async () =>
      (await stack.api.call<{ endpoints: EndpointView[] }>('GET', '/endpoints?username=admin&limit=100')).data.endpoints
        .map(({ endpoint_name }) => endpoint_name)
        .filter((name) => name.includes('demo'))
    const kept = await demo('--keep')
    expect(kept.stdout).to.match(/wrote +\S+a-red-circle-\w+\.png/)
    const path = /wrote +(\S+\.png)/.exec(kept.stdout)?.[1] ?? ''
    expect(readFileSync(path).subarray(0, 4).equals(PNG)).to.equal(true)
    expect(kept.stdout).to.contain('Subject: Ready: "a red "circle" ')
    const [endpoint = ''] = await namesOfEndpoints()
    expect(kept.stdout).to.contain(`kept      ${endpoint}`)
    const again = await demo()
    expect(again.stdout).to.contain(`${endpoint} is in service already`).and.not.to.contain('deleted')
    await stack.api.call('DELETE', '/endpoints', { endpoint_name_list: [endpoint] })
    await eventually(async () => ((await namesOfEndpoints()).length === 0 ? true : undefined))
    const last = await demo()
    expect(last.stdout).to.contain('deleted')
    expect(await namesOfEndpoints()).to.deep.equal([])
  }).timeout(120_000)

  it('finishes two hundred at once, none lost and none doubled', async function () {
    this.timeout(240_000)
    const count = 200
    const ids: string[] = []
    for (let batch = 0; batch < count; batch += 20) {
      const started = Array.from({ length: 20 }, (_, index) => start(`picture ${batch + index}`))
      ids.push(...(await Promise.all(started)))
    }
    expect(new Set(ids).size).to.equal(count)
    const waiting = new Set(ids)
    while (waiting.size > 0) {
      for (const id of [...waiting].slice(0, 20)) {
        const { status, image_names, reason } = await ended(id)
        expect(status, JSON.stringify(reason)).to.equal('succeed')
        expect(image_names).to.deep.equal(['image_0.png'])
        waiting.delete(id)
      }
    }
  })

  it('keeps looking while the container never answers, and can be stopped', async () => {
    const id = await start('never a word')
    await eventually(async () => {
      const looks = (await statesOf(id)).filter((name) => name === 'Look for output')
      return looks.length >= 2 ? true : undefined
    })
    expect((await view(id)).status).to.equal('inprogress')
    await stack.sfn.send(new StopExecutionCommand({ executionArn: executionArn(id), error: 'Stopped' }))
    expect((await ended(id)).reason?.error).to.equal('Stopped')
    await expectNothingHalfMade(id)
  }).timeout(30_000)
})
