import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { type StatesServer, startStatesServer } from '../../support/states-server.ts'

const roleArn = 'arn:aws:iam::000000000000:role/machine'
const machine = (states: object): string => JSON.stringify({ StartAt: Object.keys(states)[0], States: states })

describe('Step Functions for the AWS CLI', function () {
  this.timeout(120_000)
  let server: StatesServer

  before(async () => {
    const found = spawnSync('aws', ['--version'])
    if (found.error || found.status !== 0)
      throw new Error('The AWS CLI is not on PATH: install awscli to run this test')
    server = await startStatesServer()
  })
  after(() => server?.close())

  /** Runs a command and gives the JSON it printed. */
  async function stepfunctions(
    command: string,
    options: Record<string, string> = {},
  ): Promise<Record<string, unknown>> {
    const env = {
      ...process.env,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_DEFAULT_REGION: 'us-east-1',
    }
    const given = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
    const args = ['--endpoint-url', server.endpoint, 'stepfunctions', command, ...given]
    const { stdout } = await promisify(execFile)('aws', args, { env })
    return stdout === '' ? {} : JSON.parse(stdout)
  }

  it('creates a machine, runs it and tells what happened', async () => {
    const definition = machine({ Only: { Type: 'Pass', Result: { done: true }, End: true } })
    const created = await stepfunctions('create-state-machine', { name: 'cli', definition, 'role-arn': roleArn })
    const machineArn = String(created.stateMachineArn)
    const started = await stepfunctions('start-execution', { 'state-machine-arn': machineArn, name: 'one' })
    const executionArn = String(started.executionArn)
    const execution = await stepfunctions('describe-execution', { 'execution-arn': executionArn })
    expect(execution).to.include({ status: 'SUCCEEDED', output: '{"done":true}' })
    const history = await stepfunctions('get-execution-history', { 'execution-arn': executionArn })
    expect((history.events as { type: string }[]).at(-1)?.type).to.equal('ExecutionSucceeded')
    const listed = await stepfunctions('list-executions', { 'state-machine-arn': machineArn })
    expect((listed.executions as { name: string }[]).map(({ name }) => name)).to.deep.equal(['one'])
    await stepfunctions('delete-state-machine', { 'state-machine-arn': machineArn })
    const failure = await stepfunctions('describe-state-machine', { 'state-machine-arn': machineArn }).catch(
      (error: { stderr: string }) => error.stderr,
    )
    expect(failure).to.contain('(StateMachineDoesNotExist)').and.to.contain(machineArn)
  })

  it('works on activity tasks', async () => {
    const { activityArn } = await stepfunctions('create-activity', { name: 'cli' })
    const definition = machine({ Work: { Type: 'Task', Resource: activityArn, End: true } })
    const created = await stepfunctions('create-state-machine', { name: 'worker', definition, 'role-arn': roleArn })
    const machineArn = String(created.stateMachineArn)
    const { executionArn } = await stepfunctions('start-execution', { 'state-machine-arn': machineArn })
    const task = await stepfunctions('get-activity-task', { 'activity-arn': String(activityArn) })
    await stepfunctions('send-task-success', { 'task-token': String(task.taskToken), 'task-output': '"yes"' })
    const execution = await stepfunctions('describe-execution', { 'execution-arn': String(executionArn) })
    expect(execution).to.include({ status: 'SUCCEEDED', output: '"yes"' })
  })

  // The CLI calls test-state and start-sync-execution at a host of its own (`sync-…`), which a laptop does not have.
  it('validates a definition', async () => {
    const definition = machine({ Only: { Type: 'Pass', Next: 'Nowhere' } })
    const validation = await stepfunctions('validate-state-machine-definition', { definition })
    expect(validation.result).to.equal('FAIL')
  })
})
