import { DescribeExecutionCommand, GetExecutionHistoryCommand, StopExecutionCommand } from '@aws-sdk/client-sfn'
import { expect } from 'chai'
import type { ApiError } from '../../scripts/demo/api-client.ts'
import {
  addFault,
  type EndpointRow,
  type EndpointsView,
  mailsOf,
  readRow,
  untilMailed,
  viewEndpoints,
  writeOperatorSettings,
} from '../support/stack-endpoints.ts'
import { eventually } from '../support/stack-library.ts'
import {
  makeDataDirectory,
  removeDataDirectory,
  type StackProcess,
  startStackProcess,
} from '../support/stack-process.ts'

const nameOf = (short: string): string => `darkroom-dev-async-${short}`

describe('endpoints on the laptop stack', () => {
  let stack: StackProcess
  let view: EndpointsView
  let deaf: string

  before(async function () {
    this.timeout(120_000)
    const directory = makeDataDirectory()
    writeOperatorSettings(directory)
    stack = await startStackProcess(directory)
    view = await viewEndpoints(stack)
    // Takes a minute, so it runs beside the other tests; the last one looks at it.
    addFault(stack, { fault: 'drop-event', endpoint: nameOf('deaf'), status: 'IN_SERVICE' })
    deaf = await deploy('deaf', { custom_docker_image_uri: 'test/slow' })
  })

  after(async () => {
    await stack.stop()
    removeDataDirectory(stack.directory)
  })

  /** Deploys for a role of its own; answers the id. */
  async function deploy(short: string, more: object = {}): Promise<string> {
    await view.createRole(`role-${short}`)
    const body = {
      endpoint_name: short,
      endpoint_type: 'Async',
      instance_type: 'ml.g5.2xlarge',
      initial_instance_count: 1,
      autoscaling_enabled: true,
      assign_to_roles: [`role-${short}`],
      creator: 'admin',
      custom_docker_image_uri: 'test/healthy',
      ...more,
    }
    const { data } = await stack.api.call<EndpointRow>('POST', '/endpoints', body)
    return data.EndpointDeploymentJobId
  }

  const remove = (short: string) => stack.api.call('DELETE', '/endpoints', { endpoint_name_list: [nameOf(short)] })

  const untilStatus = (id: string, ...statuses: string[]): Promise<EndpointRow> =>
    eventually(async () => {
      const row = await readRow(stack, id)
      return row && statuses.includes(row.endpoint_status) ? row : undefined
    })

  const untilNothingLeft = (id: string, short: string): Promise<true> =>
    eventually(async () => {
      const record = await view.record(id)
      const claims = await Promise.all([view.claim(`endpoint/${nameOf(short)}`), view.claim(`role/role-${short}`)])
      const isFree = claims.every((claim) => claim === undefined)
      return record?.goneAt && isFree && (await view.leftovers(nameOf(short))).length === 0 ? true : undefined
    })

  async function expectFailure(id: string, short: string, { error, mention }: { error: string; mention: string }) {
    const row = await untilStatus(id, 'Failed')
    expect(row.error).to.contain(error).and.to.contain(mention)
    const mail = await untilMailed(stack, nameOf(short), 'could not be deployed')
    expect(mail.body).to.contain(mention)
    await untilNothingLeft(id, short)
    expect(await mailsOf(stack, nameOf(short))).to.have.length(1)
    return row
  }

  it('deploys one, tells by mail, deletes it, tells by mail, and leaves nothing', async () => {
    const id = await deploy('happy')
    const row = await untilStatus(id, 'InService', 'Failed')
    expect(row).to.include({ endpoint_status: 'InService', error: null, current_instance_count: '1' })
    await untilMailed(stack, nameOf('happy'), 'is in service')
    const made = await view.leftovers(nameOf('happy'))
    expect(made.map((line) => line.split(' ')[0]).sort()).to.include.members([
      'alarm',
      'config',
      'endpoint',
      'model',
      'target',
    ])

    expect((await remove('happy')).status).to.equal(204)
    expect((await remove('happy')).status).to.equal(204)
    await untilMailed(stack, nameOf('happy'), 'deleted')
    await untilNothingLeft(id, 'happy')
    expect(await readRow(stack, id)).to.equal(undefined)
    expect((await remove('happy')).status).to.equal(204)
    expect(await mailsOf(stack, nameOf('happy'))).to.have.length(2)
  }).timeout(60_000)

  it('takes one endpoint a role and one name, and gives both back', async () => {
    const id = await deploy('first')
    const refusal = await deploy('second', { assign_to_roles: ['role-first'] }).catch((error: ApiError) => error)
    expect(refusal).to.include({ status: 409 })
    expect((refusal as ApiError).message).to.contain('role [role-first] has a valid endpoint already')
    await untilStatus(id, 'InService')
    await view.createRole('role-third')
    const name = await deploy('first', { assign_to_roles: ['role-third'] }).catch((error: ApiError) => error)
    expect((name as ApiError).message).to.contain('Cannot create already existing model')
    await remove('first')
    await untilNothingLeft(id, 'first')
    const again = await deploy('first')
    await untilStatus(again, 'InService')
    await remove('first')
    await untilNothingLeft(again, 'first')
  }).timeout(60_000)

  it('changes instance type and count without a moment out of service', async () => {
    const id = await deploy('change', { autoscaling_enabled: false })
    await untilStatus(id, 'InService')
    const before = await view.record(id)
    const patch = await stack.api.call<EndpointRow>('PATCH', `/endpoints/${nameOf('change')}`, {
      instance_type: 'ml.g5.4xlarge',
      instance_count: 2,
    })
    expect(patch.status).to.equal(202)
    const row = await eventually(async () => {
      const now = await readRow(stack, id)
      expect(now?.endpoint_status).to.be.oneOf(['Updating', 'InService'])
      return now?.endpoint_status === 'InService' ? now : undefined
    })
    expect(row).to.include({ instance_type: 'ml.g5.4xlarge', current_instance_count: '2', error: null })
    const after = await view.record(id)
    expect(after?.configName).not.to.equal(before?.configName)
    const configs = await eventually(async () => {
      const found = (await view.leftovers(nameOf('change'))).filter((line) => line.startsWith('config'))
      return found.length === 1 ? found : undefined
    })
    expect(configs).to.deep.equal([`config ${after?.configName}`])

    addFault(stack, { fault: 'fail-update', endpoint: nameOf('change'), reason: 'no such hardware' })
    await stack.api.call('PATCH', `/endpoints/${nameOf('change')}`, { instance_count: 1 })
    const rolledBack = await eventually(async () => {
      const now = await readRow(stack, id)
      return now?.endpoint_status === 'InService' && now.error ? now : undefined
    })
    expect(rolledBack.error).to.contain('EndpointRolledBack')
    expect(rolledBack).to.include({ current_instance_count: '2' })
    await remove('change')
    await untilNothingLeft(id, 'change')
  }).timeout(60_000)

  it('changes one that scales by itself, which scales as before afterwards', async () => {
    const id = await deploy('scales', { max_instance_number: 2, cool_down_time: '15 minutes' })
    const name = nameOf('scales')
    await untilStatus(id, 'InService')
    const before = await view.scaling(name)
    expect(before.targets).to.deep.equal(['0-2'])
    expect(Object.keys(before.policies)).to.have.length(2)
    expect(before.woken).to.deep.equal([`${name}-HasBacklogWithoutCapacity-ScalingPolicy`])
    const patch = (body: object) => stack.api.call<EndpointRow>('PATCH', `/endpoints/${name}`, body)

    const { status, data } = await patch({ instance_type: 'ml.g5.4xlarge', max_instance_number: 3 })
    expect([status, data.endpoint_status]).to.deep.equal([202, 'Updating'])
    const row = await eventually(async () => {
      const now = await readRow(stack, id)
      expect(now?.endpoint_status).to.be.oneOf(['Updating', 'InService'])
      return now?.endpoint_status === 'InService' ? now : undefined
    })
    expect(row).to.include({ instance_type: 'ml.g5.4xlarge', max_instance_number: '3', error: null })
    expect(await view.scaling(name)).to.deep.equal({ ...before, targets: ['0-3'] })

    addFault(stack, { fault: 'fail-update', endpoint: name, reason: 'no such hardware' })
    await patch({ instance_type: 'ml.g5.2xlarge', max_instance_number: 4 })
    await eventually(async () => {
      const now = await readRow(stack, id)
      return now?.endpoint_status === 'InService' && now.error ? now : undefined
    })
    expect(await readRow(stack, id)).to.include({ instance_type: 'ml.g5.4xlarge', max_instance_number: '3' })
    expect(await view.scaling(name)).to.deep.equal({ ...before, targets: ['0-3'] })

    const refusal = await patch({ instance_type: 'ml.p4d.24xlarge' }).catch((error: ApiError) => error)
    expect(refusal).to.include({ status: 400 })
    expect(await view.scaling(name)).to.deep.equal({ ...before, targets: ['0-3'] })

    expect((await patch({ min_instance_number: 1 })).data.endpoint_status).to.equal('InService')
    expect((await view.scaling(name)).targets).to.deep.equal(['1-3'])
    await remove('scales')
    await untilNothingLeft(id, 'scales')
    expect(await view.scaling(name)).to.deep.equal({ targets: [], policies: {}, woken: [] })
  }).timeout(90_000)

  it('deletes one that nobody has used for its idle time, and says so', async () => {
    const id = await deploy('idle', { idle_hours: 3 })
    await untilStatus(id, 'InService')
    await view.age(id, 2)
    await view.lookForIdleOnes()
    expect((await readRow(stack, id))?.endpoint_status).to.equal('InService')
    await view.age(id, 1)
    await view.lookForIdleOnes()
    const mail = await untilMailed(stack, nameOf('idle'), 'deleted')
    expect(mail.body).to.contain('unused for 3 hours')
    await untilNothingLeft(id, 'idle')
  })

  describe('when something goes wrong', () => {
    it('says so when SageMaker fails the endpoint', async () => {
      addFault(stack, { fault: 'fail-creation', endpoint: nameOf('unlucky'), reason: 'no capacity left' })
      const id = await deploy('unlucky')
      await expectFailure(id, 'unlucky', { error: 'EndpointFailed', mention: 'no capacity left' })
      expect((await remove('unlucky')).status).to.equal(204)
      expect(await readRow(stack, id)).to.equal(undefined)
    })

    it('says so when SageMaker rolls the endpoint back', async () => {
      addFault(stack, { fault: 'roll-back', endpoint: nameOf('rolled'), reason: 'alarm went off' })
      const id = await deploy('rolled')
      await expectFailure(id, 'rolled', { error: 'Endpoint', mention: 'alarm went off' })
    })

    it('says so when the container crashes at its start', async () => {
      const id = await deploy('crashing', { custom_docker_image_uri: 'test/crash-at-start' })
      await expectFailure(id, 'crashing', { error: 'EndpointFailed', mention: 'did not pass the ping' })
    }).timeout(60_000)

    it('names the quota and where to raise it', async () => {
      const id = await deploy('greedy', { instance_type: 'ml.p4d.24xlarge' })
      await expectFailure(id, 'greedy', { error: 'QuotaExceeded', mention: 'servicequotas' })
    })

    it('comes up once when the event is sent twice', async () => {
      addFault(stack, { fault: 'duplicate-event', endpoint: nameOf('twice'), status: 'IN_SERVICE' })
      const id = await deploy('twice')
      await untilStatus(id, 'InService')
      await untilMailed(stack, nameOf('twice'), 'is in service')
      expect(await mailsOf(stack, nameOf('twice'))).to.have.length(1)
      await remove('twice')
      await untilNothingLeft(id, 'twice')
    })

    it('waits for an endpoint that is being created, deletes it then, and mails once', async () => {
      const id = await deploy('early', { custom_docker_image_uri: 'test/slow' })
      await eventually(async () => ((await view.record(id))?.taskToken ? true : undefined))
      expect((await remove('early')).status).to.equal(204)
      expect((await remove('early')).status).to.equal(204)
      expect((await readRow(stack, id))?.endpoint_status).to.equal('Deleting')
      await untilMailed(stack, nameOf('early'), 'deleted')
      await untilNothingLeft(id, 'early')
      expect((await view.record(id))?.status).to.equal('Deleted')
      expect(await mailsOf(stack, nameOf('early'))).to.have.length(1)
    }).timeout(60_000)
  })

  describe('stopped', () => {
    const STATES = [
      'Record endpoint',
      'Create model',
      'Create endpoint config',
      'Create endpoint',
      'Wait until in service',
      'Register scaling',
      'Put tracking policy',
      'Put wake up policy',
      'Put wake up alarm',
      'Mark in service',
    ]

    /** Stops the execution as soon as its history shows the state. */
    async function stopAt(id: string, state: string): Promise<boolean> {
      const { executionArn } = await eventually(() => view.record(id))
      return stopWhen(executionArn, state)
    }

    /** False when the execution has succeeded before. */
    async function stopWhen(executionArn: string, state: string): Promise<boolean> {
      for (;;) {
        const { events = [] } = await stack.sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }))
        if (events.some((event) => event.stateEnteredEventDetails?.name === state)) break
      }
      const stop = new StopExecutionCommand({ executionArn, error: 'Stopped', cause: 'Stopped by a test' })
      // Refused for an execution that has ended meanwhile.
      await stack.sfn.send(stop).catch((error: Error) => expect(error.name).to.equal('ValidationException'))
      const { status } = await stack.sfn.send(new DescribeExecutionCommand({ executionArn }))
      return status === 'ABORTED'
    }

    it('in or after any state, it leaves a reason, one mail and nothing else', async () => {
      await Promise.all(
        STATES.map(async (state, index) => {
          const short = `stop-${index}`
          const id = await deploy(short)
          if (await stopAt(id, state))
            return expectFailure(id, short, { error: 'Stopped', mention: 'Stopped by a test' })
          await untilStatus(id, 'InService')
          await remove(short)
          return untilNothingLeft(id, short)
        }),
      )
    }).timeout(120_000)

    it('while it unmakes what had failed, it is unmade all the same', async () => {
      await Promise.all(
        ['Mark failed', 'Unmake endpoint'].map(async (state, index) => {
          const short = `break-${index}`
          addFault(stack, { fault: 'fail-creation', endpoint: nameOf(short), reason: 'no capacity left' })
          const id = await deploy(short)
          await stopAt(id, state)
          await untilStatus(id, 'Failed')
          await untilMailed(stack, nameOf(short), 'could not be deployed')
          await untilNothingLeft(id, short)
          expect(await mailsOf(stack, nameOf(short))).to.have.length(1)
        }),
      )
    }).timeout(60_000)

    const DELETION_STATES = [
      'Mark deleting',
      'Record deletion',
      'Deregister scaling',
      'Delete alarm',
      'Delete endpoint',
      'Wait until gone',
      'Delete endpoint config',
      'Delete model',
      'Mark deleted',
      'Release name and roles',
    ]

    it('in or after any state of its deletion, it is deleted all the same', async () => {
      await Promise.all(
        DELETION_STATES.map(async (state, index) => {
          const short = `halt-${index}`
          const id = await deploy(short)
          await untilStatus(id, 'InService')
          await remove(short)
          const deletionId = await eventually(async () => (await view.record(id))?.deletionId)
          const machineArn = (await view.deleteMachineArn()).replace(':stateMachine:', ':execution:')
          await stopWhen(`${machineArn}:${deletionId}`, state)
          await untilNothingLeft(id, short)
          expect((await view.record(id))?.status).to.equal('Deleted')
        }),
      )
    }).timeout(120_000)
  })

  describe('whose event is never sent', () => {
    it('come up all the same, within a minute', async () => {
      await eventually(async () => ((await view.record(deaf))?.status === 'Creating' ? undefined : true))
      const row = await untilStatus(deaf, 'InService')
      const { events = [] } = await stack.sfn.send(
        new GetExecutionHistoryCommand({ executionArn: row.execution, maxResults: 1000 }),
      )
      const entered = events.flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? [])
      expect(entered.filter((state) => state === 'Wait until in service')).to.have.length(2)
      await remove('deaf')
      await untilNothingLeft(deaf, 'deaf')
    }).timeout(90_000)
  })
})
