import {
  CreateActivityCommand,
  CreateStateMachineAliasCommand,
  CreateStateMachineCommand,
  DeleteActivityCommand,
  DeleteStateMachineAliasCommand,
  DeleteStateMachineCommand,
  DeleteStateMachineVersionCommand,
  DescribeActivityCommand,
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  DescribeStateMachineAliasCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  GetActivityTaskCommand,
  GetExecutionHistoryCommand,
  ListActivitiesCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  ListStateMachineAliasesCommand,
  ListStateMachinesCommand,
  ListStateMachineVersionsCommand,
  ListTagsForResourceCommand,
  PublishStateMachineVersionCommand,
  RedriveExecutionCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  StopExecutionCommand,
  TagResourceCommand,
  TestStateCommand,
  UntagResourceCommand,
  UpdateMapRunCommand,
  UpdateStateMachineAliasCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn'
import { expect } from 'chai'
import type { EventEntry } from '../../../local/services/states/announcements/status-change-event.ts'
import { type StatesServer, startStatesServer } from '../../support/states-server.ts'

const roleArn = 'arn:aws:iam::000000000000:role/machine'
const text = (definition: object): string => JSON.stringify(definition)
const pass = text({ StartAt: 'Only', States: { Only: { Type: 'Pass', End: true } } })
const fail = text({ StartAt: 'Only', States: { Only: { Type: 'Fail', Error: 'Broken', Cause: 'on purpose' } } })
const wait = text({ StartAt: 'Long', States: { Long: { Type: 'Wait', Seconds: 3600, End: true } } })

describe('Step Functions, called with the JavaScript SDK', () => {
  let server: StatesServer
  let client: SFNClient
  let published: EventEntry[]
  let count = 0

  before(async () => {
    published = []
    server = await startStatesServer({
      publishEvent: async (entry) => {
        published.push(entry)
      },
    })
    client = new SFNClient({
      endpoint: server.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      disableHostPrefix: true,
    })
  })
  after(async () => {
    client.destroy()
    await server.close()
  })

  async function createMachine(definition: string, type: 'STANDARD' | 'EXPRESS' = 'STANDARD'): Promise<string> {
    count += 1
    const name = `machine-${count}`
    const answer = await client.send(new CreateStateMachineCommand({ name, definition, roleArn, type }))
    return answer.stateMachineArn!
  }

  async function start(stateMachineArn: string, input = '{}', name?: string): Promise<string> {
    const answer = await client.send(new StartExecutionCommand({ stateMachineArn, input, name }))
    return answer.executionArn!
  }

  async function ended(executionArn: string) {
    for (;;) {
      const execution = await client.send(new DescribeExecutionCommand({ executionArn }))
      if (execution.status !== 'RUNNING') return execution
      await new Promise(setImmediate)
    }
  }

  async function refusal(call: Promise<unknown>): Promise<Error> {
    try {
      await call
    } catch (error) {
      return error as Error
    }
    throw new Error('the call was expected to be refused')
  }

  it('creates, describes, lists, updates and deletes a machine', async () => {
    const stateMachineArn = await createMachine(pass)
    expect(stateMachineArn).to.match(/^arn:aws:states:us-east-1:000000000000:stateMachine:machine-\d+$/)
    const described = await client.send(new DescribeStateMachineCommand({ stateMachineArn }))
    expect(described).to.include({ definition: pass, roleArn, status: 'ACTIVE', type: 'STANDARD' })
    const listed = await client.send(new ListStateMachinesCommand({}))
    expect(listed.stateMachines?.map((machine) => machine.stateMachineArn)).to.include(stateMachineArn)
    const update = await client.send(new UpdateStateMachineCommand({ stateMachineArn, definition: fail }))
    expect(update.revisionId).to.be.a('string')
    expect((await client.send(new DescribeStateMachineCommand({ stateMachineArn }))).definition).to.equal(fail)
    await client.send(new DeleteStateMachineCommand({ stateMachineArn }))
    const gone = await refusal(client.send(new DescribeStateMachineCommand({ stateMachineArn })))
    expect(gone).to.include({
      name: 'StateMachineDoesNotExist',
      message: `State Machine Does Not Exist: '${stateMachineArn}'`,
    })
  })

  it('answers a repeated creation alike and refuses another machine of the same name', async () => {
    const create = (definition: string) =>
      client.send(new CreateStateMachineCommand({ name: 'twice', definition, roleArn }))
    const first = await create(pass)
    expect((await create(pass)).stateMachineArn).to.equal(first.stateMachineArn)
    expect(await refusal(create(fail))).to.have.property('name', 'StateMachineAlreadyExists')
  })

  it('refuses an invalid definition and tells where it is wrong', async () => {
    const definition = text({ StartAt: 'Missing', States: { Only: { Type: 'Pass', End: true } } })
    const error = await refusal(client.send(new CreateStateMachineCommand({ name: 'bad', definition, roleArn })))
    expect(error.name).to.equal('InvalidDefinition')
    const validation = await client.send(new ValidateStateMachineDefinitionCommand({ definition }))
    expect(validation.result).to.equal('FAIL')
    expect(validation.diagnostics?.[0]).to.have.property('severity', 'ERROR')
  })

  it('refuses a machine with an integration that does not exist', async () => {
    const Resource = 'arn:aws:states:::teapot:brew'
    const definition = text({ StartAt: 'Tea', States: { Tea: { Type: 'Task', Resource, End: true } } })
    const error = await refusal(client.send(new CreateStateMachineCommand({ name: 'tea', definition, roleArn })))
    expect(error.name).to.equal('InvalidDefinition')
    expect(error.message).to.contain(Resource)
  })

  it('refuses a machine with an action that its AWS service does not have', async () => {
    const Resource = 'arn:aws:states:::aws-sdk:sns:brewTea'
    const definition = text({ StartAt: 'Tea', States: { Tea: { Type: 'Task', Resource, End: true } } })
    const error = await refusal(client.send(new CreateStateMachineCommand({ name: 'tea', definition, roleArn })))
    expect(error.message).to.contain(Resource)
    const { result } = await client.send(new ValidateStateMachineDefinitionCommand({ definition }))
    expect(result).to.equal('FAIL')
  })

  it('publishes versions and routes aliases to them', async () => {
    const stateMachineArn = await createMachine(pass)
    const published = await client.send(new PublishStateMachineVersionCommand({ stateMachineArn, description: 'one' }))
    const versionArn = published.stateMachineVersionArn!
    expect(versionArn).to.equal(`${stateMachineArn}:1`)
    const routingConfiguration = [{ stateMachineVersionArn: versionArn, weight: 100 }]
    const alias = await client.send(new CreateStateMachineAliasCommand({ name: 'live', routingConfiguration }))
    const stateMachineAliasArn = alias.stateMachineAliasArn!
    await client.send(new UpdateStateMachineCommand({ stateMachineArn, definition: fail, publish: true }))
    const execution = await ended(await start(stateMachineAliasArn))
    expect(execution).to.include({
      status: 'SUCCEEDED',
      stateMachineVersionArn: versionArn,
      stateMachineAliasArn,
    })
    const newer = [{ stateMachineVersionArn: `${stateMachineArn}:2`, weight: 100 }]
    await client.send(new UpdateStateMachineAliasCommand({ stateMachineAliasArn, routingConfiguration: newer }))
    expect((await ended(await start(stateMachineAliasArn))).status).to.equal('FAILED')
    const { routingConfiguration: routes } = await client.send(
      new DescribeStateMachineAliasCommand({ stateMachineAliasArn }),
    )
    expect(routes).to.deep.equal(newer)
    const inUse = await refusal(
      client.send(new DeleteStateMachineVersionCommand({ stateMachineVersionArn: `${stateMachineArn}:2` })),
    )
    expect(inUse.name).to.equal('ConflictException')
    await client.send(new DeleteStateMachineVersionCommand({ stateMachineVersionArn: versionArn }))
    const { stateMachineVersions } = await client.send(new ListStateMachineVersionsCommand({ stateMachineArn }))
    expect(stateMachineVersions?.map((version) => version.stateMachineVersionArn)).to.deep.equal([
      `${stateMachineArn}:2`,
    ])
    await client.send(new DeleteStateMachineAliasCommand({ stateMachineAliasArn }))
    const { stateMachineAliases } = await client.send(new ListStateMachineAliasesCommand({ stateMachineArn }))
    expect(stateMachineAliases).to.deep.equal([])
  })

  it('keeps tags of machines and activities', async () => {
    const { activityArn } = await client.send(
      new CreateActivityCommand({ name: 'tagged', tags: [{ key: 'team', value: 'lab' }] }),
    )
    for (const resourceArn of [await createMachine(pass), activityArn!]) {
      await client.send(new TagResourceCommand({ resourceArn, tags: [{ key: 'cost', value: '42' }] }))
      const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn }))
      expect(tags).to.deep.include({ key: 'cost', value: '42' })
      await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['cost', 'team'] }))
      expect((await client.send(new ListTagsForResourceCommand({ resourceArn }))).tags).to.deep.equal([])
    }
  })

  it('starts an execution once for a name and an input, and refuses the name for anything else', async () => {
    const stateMachineArn = await createMachine(wait)
    const twins = await Promise.all([
      start(stateMachineArn, '{"a":1}', 'same'),
      start(stateMachineArn, '{"a":1}', 'same'),
    ])
    expect(twins[0]).to.equal(twins[1])
    const { executions } = await client.send(new ListExecutionsCommand({ stateMachineArn }))
    expect(executions).to.have.length(1)
    const other = await refusal(start(stateMachineArn, '{"a":2}', 'same'))
    expect(other).to.include({
      name: 'ExecutionAlreadyExists',
      message: `Execution Already Exists: '${twins[0]}'`,
    })
    await client.send(new StopExecutionCommand({ executionArn: twins[0] }))
    expect((await refusal(start(stateMachineArn, '{"a":1}', 'same'))).name).to.equal('ExecutionAlreadyExists')
  })

  it('tells the whole story of an execution, forwards, backwards, in pages and without its data', async () => {
    const stateMachineArn = await createMachine(pass)
    const executionArn = await start(stateMachineArn, '{"n":7}')
    expect(await ended(executionArn)).to.include({ status: 'SUCCEEDED', input: '{"n":7}', output: '{"n":7}' })
    const history = await client.send(new GetExecutionHistoryCommand({ executionArn }))
    const types = ['ExecutionStarted', 'PassStateEntered', 'PassStateExited', 'ExecutionSucceeded']
    expect(history.events?.map(({ type }) => type)).to.deep.equal(types)
    expect(history.events?.[0]?.timestamp).to.be.instanceOf(Date)
    const backwards = await client.send(
      new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 3 }),
    )
    expect(backwards.events?.map(({ id }) => id)).to.deep.equal([4, 3, 2])
    const rest = await client.send(
      new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, nextToken: backwards.nextToken }),
    )
    expect(rest.events?.map(({ id }) => id)).to.deep.equal([1])
    expect(rest.nextToken).to.equal(undefined)
    const bare = await client.send(new GetExecutionHistoryCommand({ executionArn, includeExecutionData: false }))
    expect(bare.events?.[1]?.stateEnteredEventDetails).to.deep.include({ name: 'Only' })
    expect(bare.events?.[1]?.stateEnteredEventDetails?.input).to.equal(undefined)
    const machine = await client.send(new DescribeStateMachineForExecutionCommand({ executionArn }))
    expect(machine).to.include({ stateMachineArn, definition: pass })
  })

  it('lists executions newest first, by status and in pages', async () => {
    const stateMachineArn = await createMachine(pass)
    const arns: string[] = []
    for (let index = 0; index < 5; index++) arns.push(await start(stateMachineArn))
    await Promise.all(arns.map(ended))
    const listed: (string | undefined)[] = []
    let nextToken: string | undefined
    do {
      const page = await client.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 2, nextToken }))
      listed.push(...page.executions!.map(({ executionArn }) => executionArn))
      nextToken = page.nextToken
    } while (nextToken)
    expect(listed).to.deep.equal(arns.toReversed())
    const running = await client.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING' }))
    expect(running.executions).to.deep.equal([])
  })

  it('lists the running executions of one machine only', async () => {
    const [one, other] = [await createMachine(wait), await createMachine(wait)]
    const mine = await start(one)
    await start(other)
    const { executions } = await client.send(
      new ListExecutionsCommand({ stateMachineArn: one, statusFilter: 'RUNNING' }),
    )
    expect(executions?.map(({ executionArn }) => executionArn)).to.deep.equal([mine])
  })

  it('stops an execution and announces each of its statuses', async () => {
    const stateMachineArn = await createMachine(wait)
    const executionArn = await start(stateMachineArn, '{"why":"test"}')
    await client.send(new StopExecutionCommand({ executionArn, error: 'Enough', cause: 'no more' }))
    expect(await ended(executionArn)).to.include({ status: 'ABORTED', error: 'Enough', cause: 'no more' })
    const details = published.filter(({ resources }) => resources[0] === executionArn)
    expect(details.map(({ detail }) => JSON.parse(detail).status)).to.deep.equal(['RUNNING', 'ABORTED'])
    expect(JSON.parse(details[1]!.detail)).to.include({
      stateMachineArn,
      input: '{"why":"test"}',
      output: null,
      error: 'Enough',
      cause: 'no more',
    })
  })

  it('redrives a failed execution from where it failed', async () => {
    const definition = text({
      StartAt: 'Prepare',
      States: {
        Prepare: { Type: 'Pass', Next: 'Break' },
        Break: { Type: 'Fail', Error: 'Broken' },
      },
    })
    const executionArn = await start(await createMachine(definition))
    await ended(executionArn)
    const { redriveDate } = await client.send(new RedriveExecutionCommand({ executionArn, clientToken: 'once' }))
    const again = await client.send(new RedriveExecutionCommand({ executionArn, clientToken: 'once' }))
    expect(again.redriveDate).to.deep.equal(redriveDate)
    const execution = await ended(executionArn)
    expect(execution).to.include({ status: 'FAILED', redriveCount: 1 })
    const { events } = await client.send(new GetExecutionHistoryCommand({ executionArn }))
    expect(events?.map(({ type }) => type)).to.include('ExecutionRedriven')
    expect(events?.filter((event) => event.stateEnteredEventDetails?.name === 'Prepare')).to.have.length(1)
    const succeeded = await start(await createMachine(pass))
    await ended(succeeded)
    const refused = await refusal(client.send(new RedriveExecutionCommand({ executionArn: succeeded })))
    expect(refused.name).to.equal('ExecutionNotRedrivable')
  })

  it('runs Express machines while the caller waits, and keeps them out of the lists', async () => {
    const stateMachineArn = await createMachine(pass, 'EXPRESS')
    const answer = await client.send(new StartSyncExecutionCommand({ stateMachineArn, input: '{"fast":true}' }))
    expect(answer).to.include({ status: 'SUCCEEDED', output: '{"fast":true}' })
    const executionArn = await start(stateMachineArn)
    expect(executionArn).to.contain(':express:')
    expect((await refusal(client.send(new DescribeExecutionCommand({ executionArn })))).name).to.equal('InvalidArn')
    const listed = await refusal(client.send(new ListExecutionsCommand({ stateMachineArn })))
    expect(listed.name).to.equal('StateMachineTypeNotSupported')
    const standard = await createMachine(pass)
    const refused = await refusal(client.send(new StartSyncExecutionCommand({ stateMachineArn: standard })))
    expect(refused.name).to.equal('StateMachineTypeNotSupported')
  })

  it('hands activity tasks to workers and takes their answers back', async () => {
    const { activityArn } = await client.send(new CreateActivityCommand({ name: 'develop-film' }))
    expect((await client.send(new DescribeActivityCommand({ activityArn }))).name).to.equal('develop-film')
    const { activities } = await client.send(new ListActivitiesCommand({}))
    expect(activities?.map((activity) => activity.activityArn)).to.include(activityArn)
    const definition = text({ StartAt: 'Work', States: { Work: { Type: 'Task', Resource: activityArn, End: true } } })
    const stateMachineArn = await createMachine(definition)

    const waiting = client.send(new GetActivityTaskCommand({ activityArn, workerName: 'lab' }))
    const first = await start(stateMachineArn, '{"roll":1}')
    const { taskToken, input } = await waiting
    expect(JSON.parse(input!)).to.deep.equal({ roll: 1 })
    await client.send(new SendTaskHeartbeatCommand({ taskToken }))
    await client.send(new SendTaskSuccessCommand({ taskToken, output: '{"prints":36}' }))
    expect(await ended(first)).to.include({ status: 'SUCCEEDED', output: '{"prints":36}' })
    const late = await refusal(client.send(new SendTaskSuccessCommand({ taskToken, output: '{}' })))
    expect(late.name).to.equal('TaskTimedOut')

    const second = await start(stateMachineArn, '{"roll":2}')
    const task = await client.send(new GetActivityTaskCommand({ activityArn }))
    const noJson = await refusal(client.send(new SendTaskSuccessCommand({ taskToken: task.taskToken, output: '{' })))
    expect(noJson.name).to.equal('InvalidOutput')
    await client.send(new SendTaskFailureCommand({ taskToken: task.taskToken, error: 'Fogged', cause: 'light' }))
    expect(await ended(second)).to.include({ status: 'FAILED', error: 'Fogged', cause: 'light' })
    await client.send(new DeleteActivityCommand({ activityArn }))
    const gone = await refusal(client.send(new GetActivityTaskCommand({ activityArn })))
    expect(gone.name).to.equal('ActivityDoesNotExist')
  })

  it('refuses a token that never was one', async () => {
    const refused = await refusal(client.send(new SendTaskSuccessCommand({ taskToken: 'nonsense', output: '{}' })))
    expect(refused).to.include({ name: 'InvalidToken', message: "Invalid Token: 'Invalid token'" })
  })

  it('counts the children of a distributed Map', async () => {
    const definition = text({
      StartAt: 'Each',
      States: {
        Each: {
          Type: 'Map',
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
            StartAt: 'Keep',
            States: { Keep: { Type: 'Pass', End: true } },
          },
          End: true,
        },
      },
    })
    const executionArn = await start(await createMachine(definition), '[1,2,3]')
    expect(await ended(executionArn)).to.include({ status: 'SUCCEEDED', output: '[1,2,3]' })
    const { mapRuns } = await client.send(new ListMapRunsCommand({ executionArn }))
    const mapRunArn = mapRuns![0]!.mapRunArn!
    const run = await client.send(new DescribeMapRunCommand({ mapRunArn }))
    expect(run.status).to.equal('SUCCEEDED')
    expect(run.itemCounts).to.include({ total: 3, succeeded: 3, running: 0, pending: 0 })
    expect(run.executionCounts).to.include({ total: 3, succeeded: 3 })
    const { executions } = await client.send(new ListExecutionsCommand({ mapRunArn }))
    expect(executions).to.have.length(3)
    expect(executions?.every((child) => child.mapRunArn === mapRunArn)).to.equal(true)
    const refused = await refusal(client.send(new UpdateMapRunCommand({ mapRunArn, maxConcurrency: 1 })))
    expect(refused.name).to.equal('ValidationException')
  })

  it('waits for nested executions and hands back what they made of it', async () => {
    const inner = await createMachine(pass)
    const outer = text({
      StartAt: 'Nest',
      States: {
        Nest: {
          Type: 'Task',
          Resource: 'arn:aws:states:::states:startExecution.sync:2',
          Parameters: { StateMachineArn: inner, Input: { deep: true } },
          OutputPath: '$.Output',
          End: true,
        },
      },
    })
    expect(await ended(await start(await createMachine(outer)))).to.include({
      status: 'SUCCEEDED',
      output: '{"deep":true}',
    })
  })

  it('calls any AWS service with the SDK and names its errors as AWS does', async () => {
    const definition = text({
      StartAt: 'Describe',
      States: {
        Describe: {
          Type: 'Task',
          Resource: 'arn:aws:states:::aws-sdk:sfn:describeStateMachine',
          Parameters: { 'StateMachineArn.$': '$.arn' },
          ResultPath: '$.found',
          OutputPath: '$.found',
          End: true,
        },
      },
    })
    const stateMachineArn = await createMachine(definition)
    const found = await ended(await start(stateMachineArn, JSON.stringify({ arn: stateMachineArn })))
    expect(JSON.parse(found.output!)).to.include({ StateMachineArn: stateMachineArn, RoleArn: roleArn })
    const missing = `${stateMachineArn}-missing`
    const failed = await ended(await start(stateMachineArn, JSON.stringify({ arn: missing })))
    expect(failed.error).to.equal('Sfn.StateMachineDoesNotExistException')
    expect(failed.cause).to.match(/^State Machine Does Not Exist: .* \(Service: Sfn, Status Code: 400, Request ID: /)
  })

  it('tests a single state', async () => {
    const definition = text({ Type: 'Pass', Result: { exposed: true }, End: true })
    const answer = await client.send(new TestStateCommand({ definition, roleArn, input: '{}' }))
    expect(answer.status).to.equal('SUCCEEDED')
    expect(JSON.parse(answer.output!)).to.deep.equal({ exposed: true })
  })

  it('lists every violated constraint, in the words of AWS', async () => {
    const refused = await refusal(
      client.send(new ListExecutionsCommand({ stateMachineArn: 'x'.repeat(257), maxResults: 1001 })),
    )
    expect(refused.name).to.equal('ValidationException')
    expect(refused.message).to.equal(
      `2 validation errors detected: Value '${'x'.repeat(257)}' at 'stateMachineArn' failed to satisfy constraint: Member must have length less than or equal to 256; Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000`,
    )
  })
})
