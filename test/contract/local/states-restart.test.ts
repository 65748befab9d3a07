import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateActivityCommand,
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { expect } from 'chai'
import { under } from '../../../local/services/states/store/keys.ts'
import { LevelStore } from '../../../local/services/states/store/level-store.ts'
import { type StatesServer, startStatesServer } from '../../support/states-server.ts'

const roleArn = 'arn:aws:iam::000000000000:role/machine'
const arn = 'arn:aws:states:us-east-1:000000000000:stateMachine:deployed'
const pass = { StartAt: 'Only', States: { Only: { Type: 'Pass', End: true } } }

describe('Step Functions, started again on the same data', () => {
  let dataDirectory: string
  let server: StatesServer
  let client: SFNClient

  beforeEach(async () => {
    dataDirectory = mkdtempSync(join(tmpdir(), 'darkroom-restart-'))
    await open()
  })
  afterEach(async () => {
    await close()
    rmSync(dataDirectory, { recursive: true })
  })

  async function open(): Promise<void> {
    server = await startStatesServer({ dataDirectory })
    client = new SFNClient({
      endpoint: server.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    })
  }
  async function close(): Promise<void> {
    client.destroy()
    await server.close()
  }

  it('has the deployed machine unchanged when the template is, and updated when it is not', async () => {
    const deploy = (definition: object) => server.service.deployStateMachine({ name: 'deployed', definition, roleArn })
    const describeMachine = () => client.send(new DescribeStateMachineCommand({ stateMachineArn: arn }))
    expect(await deploy(pass)).to.equal(arn)
    const first = await describeMachine()
    await close()
    await open()
    await deploy(pass)
    const second = await describeMachine()
    expect([second.creationDate, second.revisionId]).to.deep.equal([first.creationDate, undefined])
    await deploy({ ...pass, Comment: 'new' })
    const third = await describeMachine()
    expect(JSON.parse(third.definition!)).to.have.property('Comment', 'new')
    expect(third.creationDate).to.deep.equal(first.creationDate)
    expect(third.revisionId).to.be.a('string')
  })

  it('refuses to deploy a machine that is none', async () => {
    const definition = { StartAt: 'Missing', States: pass.States }
    const failure = await server.service
      .deployStateMachine({ name: 'deployed', definition, roleArn })
      .catch((error: Error) => error)
    expect(failure).to.have.property('code', 'InvalidDefinition')
  })

  it('ends an execution whose journal was lost, and goes on with the others', async () => {
    const { activityArn } = await client.send(new CreateActivityCommand({ name: 'never' }))
    const definition = JSON.stringify({
      StartAt: 'Work',
      States: { Work: { Type: 'Task', Resource: activityArn, End: true } },
    })
    await client.send(new CreateStateMachineCommand({ name: 'deployed', definition, roleArn }))
    const start = async (name: string): Promise<string> =>
      (await client.send(new StartExecutionCommand({ stateMachineArn: arn, name }))).executionArn!
    const [lost, kept] = [await start('lost'), await start('kept')]
    await close()
    const store = await LevelStore.open(join(dataDirectory, 'states'))
    const journals: string[] = []
    for await (const [key] of store.entries(under('journal\0'))) journals.push(key)
    await store.commit([{ key: journals[0]! }])
    await store.close()
    await open()
    const describeExecution = (executionArn: string) => client.send(new DescribeExecutionCommand({ executionArn }))
    expect(await describeExecution(lost)).to.include({ status: 'FAILED', error: 'States.Runtime' })
    expect(await describeExecution(kept)).to.include({ status: 'RUNNING' })
  })
})
