import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { ServiceError } from '../../../../../local/http/service-error.ts'
import { createEvents, type Events, type EventsOptions } from '../../../../../local/services/events/create-events.ts'
import { createManualClock } from '../../../../support/manual-clock.ts'

const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:announce'
const topicArn = 'arn:aws:sns:us-east-1:000000000000:mail'
const machineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:merge'
const entry = {
  source: 'darkroom',
  detailType: 'Merge',
  detail: '{"id":"1","name":"castle \\"mix\\""}',
  time: 1_738_324_800_123,
}

interface Call {
  to: string
  text: string
}

describe('createEvents', () => {
  let dataDirectory: string
  let calls: Call[]
  let clock: ReturnType<typeof createManualClock>
  let dropped: unknown[]
  const opened: Events[] = []

  const open = (change: Partial<EventsOptions> = {}): Events => {
    const call = async (to: string, text: string) => void calls.push({ to, text })
    const events = createEvents({
      dataDirectory,
      clock,
      region: 'us-east-1',
      accountId: '000000000000',
      invokeFunction: call,
      publishToTopic: call,
      startExecution: call,
      onDropped: (problem) => dropped.push(problem),
      ...change,
    })
    opened.push(events)
    return events
  }
  const rule = (Target: object = {}, change: object = {}) => ({
    Name: 'rule',
    EventPattern: { source: ['darkroom'] },
    Targets: [{ Id: '1', Arn: functionArn, ...Target }],
    ...change,
  })

  beforeEach(() => {
    dataDirectory = mkdtempSync(join(tmpdir(), 'darkroom-events-'))
    calls = []
    dropped = []
    clock = createManualClock(Date.parse('2025-01-31T12:00:05Z'))
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((events) => events.close!()))
    rmSync(dataDirectory, { recursive: true })
  })

  it('delivers the whole event to every target of every matching rule', async () => {
    const events = open()
    events.deployRule({
      ...rule(),
      Targets: [
        { Id: '1', Arn: functionArn },
        { Id: '2', Arn: topicArn },
        { Id: '3', Arn: machineArn },
      ],
    })
    events.deployRule({ ...rule(), Name: 'other', EventPattern: { source: ['else'] } })
    await events.publish({ ...entry, resources: ['arn:x'] })
    expect(calls.map(({ to }) => to)).to.have.members([functionArn, topicArn, machineArn])
    const { id, ...event } = JSON.parse(calls[0]!.text)
    expect(id).to.match(/^[0-9a-f-]{36}$/)
    expect(event).to.deep.equal({
      version: '0',
      'detail-type': 'Merge',
      source: 'darkroom',
      account: '000000000000',
      time: '2025-01-31T12:00:00Z',
      region: 'us-east-1',
      resources: ['arn:x'],
      detail: { id: '1', name: 'castle "mix"' },
    })
  })

  it('gives an entry that an outbox sends again the same id', async () => {
    const events = open()
    events.deployRule(rule())
    await events.publish(entry)
    await events.publish(entry)
    await events.publish({ ...entry, detail: '{}' })
    const ids = calls.map(({ text }) => JSON.parse(text).id)
    expect(ids[0]).to.equal(ids[1]).and.not.equal(ids[2])
  })

  const inputs: Array<[name: string, target: object, text: string]> = [
    ['a constant', { Input: '{"a":1}' }, '{"a":1}'],
    ['a part', { InputPath: '$.detail' }, '{"id":"1","name":"castle \\"mix\\""}'],
    ['a part that is not there', { InputPath: '$.detail.x.y' }, 'null'],
    [
      'a template that is an object',
      {
        InputTransformer: {
          InputPathsMap: { id: '$.detail.id', all: '$.detail', no: '$.x' },
          InputTemplate: '{"id":<id>,"all":<all>,"no":<no>}',
        },
      },
      '{"id":"1","all":{"id":"1","name":"castle \\"mix\\""},"no":""}',
    ],
    [
      'a template that is a text',
      {
        InputTransformer: {
          InputPathsMap: { name: '$.detail.name', t: '$.detail-type' },
          InputTemplate: '"<t> <name> of \\"<unknown>\\""',
        },
      },
      '"Merge castle \\"mix\\" of \\"<unknown>\\""',
    ],
    [
      'what EventBridge knows itself',
      {
        InputTransformer: {
          InputTemplate:
            '{"rule":<aws.events.rule-name>,"arn":"<aws.events.rule-arn>","at":<aws.events.event.ingestion-time>}',
        },
      },
      '{"rule":"rule","arn":"arn:aws:events:us-east-1:000000000000:rule/rule","at":"2025-01-31T12:00:05.000Z"}',
    ],
  ]
  for (const [name, target, text] of inputs) {
    it(`gives a target ${name}`, async () => {
      const events = open()
      events.deployRule(rule(target))
      await events.publish(entry)
      expect(calls[0]!.text).to.equal(text)
    })
  }

  it('keeps the events of buses apart and forwards from bus to bus', async () => {
    const events = open()
    const Arn = events.deployEventBus({ Name: 'darkroom' })
    expect(Arn).to.equal('arn:aws:events:us-east-1:000000000000:event-bus/darkroom')
    expect(events.deployRule({ ...rule({ Input: '"there"' }), EventBusName: Arn })).to.match(/rule\/darkroom\/rule$/)
    await events.publish(entry)
    expect(calls).to.deep.equal([])
    events.deployRule(rule({ Arn }))
    await events.publish(entry)
    expect(calls).to.deep.equal([{ to: functionArn, text: '"there"' }])
  })

  it('ends a circle of buses', async () => {
    const events = open()
    const Arn = events.deployEventBus({ Name: 'circle' })
    events.deployRule({ ...rule({ Arn }), EventBusName: 'circle' })
    await events.publish({ ...entry, eventBusName: 'circle' })
    expect(dropped).to.have.length(1)
  })

  it('passes over rules that are disabled or have no pattern', async () => {
    const events = open()
    events.deployRule(rule({}, { State: 'DISABLED' }))
    events.deployRule({
      Name: 'clockwork',
      ScheduleExpression: 'rate(1 day)',
      Targets: [{ Id: '1', Arn: functionArn }],
    })
    await events.publish(entry)
    expect(calls).to.deep.equal([])
  })

  it('refuses rules it could not serve', () => {
    const events = open()
    expect(() => events.deployRule(rule({ Arn: 'arn:aws:sqs:us-east-1:0:queue' }))).to.throw(
      /cannot deliver events to the target arn:aws:sqs/,
    )
    expect(() => events.deployRule({ ...rule(), EventBusName: 'nowhere' })).to.throw(
      'Event bus nowhere does not exist.',
    )
    expect(() => events.deployRule({ ...rule(), EventPattern: { source: 'x' } })).to.throw(/Event pattern is not valid/)
  })

  it('tries again with growing waits until the target takes the event, and only then resolves', async () => {
    const attempts: number[] = []
    const events = open({
      invokeFunction: async () => {
        attempts.push(clock.now())
        if (attempts.length < 4) throw new Error('busy')
      },
    })
    events.deployRule(rule())
    let isDone = false
    const publishing = events.publish(entry).then(() => {
      isDone = true
    })
    await clock.advance(2_999)
    expect([attempts.length, isDone]).to.deep.equal([2, false])
    await clock.advance(10_000)
    await publishing
    expect(attempts.map((at) => at - attempts[0]!)).to.deep.equal([0, 1_000, 3_000, 7_000])
    expect(dropped).to.deep.equal([])
  })

  it('gives up after the retries of the target, and at once when trying again is in vain', async () => {
    const events = open({
      invokeFunction: async () => {
        throw new Error('busy')
      },
      publishToTopic: async () => {
        throw new ServiceError('NotFound', 'Topic does not exist', { statusCode: 404 })
      },
    })
    events.deployRule({
      ...rule(),
      Targets: [
        { Id: '1', Arn: functionArn, RetryPolicy: { MaximumRetryAttempts: 1 } },
        { Id: '2', Arn: topicArn },
      ],
    })
    const publishing = events.publish(entry)
    await clock.advance(0)
    expect(dropped).to.have.length(1)
    await clock.advance(1_000)
    await publishing
    expect(dropped.map((problem) => (problem as { error: Error }).error.message)).to.deep.equal([
      'Topic does not exist',
      'busy',
    ])
  })

  it("asks the policies of a target's role before it starts an execution", async () => {
    const asked: string[][] = []
    const events = open({ authorizeAs: (...question) => void asked.push(question) })
    events.deployRule(rule({ Arn: machineArn, RoleArn: 'arn:aws:iam::0:role/r' }))
    events.deployRule({ ...rule({ RoleArn: 'arn:aws:iam::0:role/r' }), Name: 'function' })
    await events.publish(entry)
    expect(asked).to.deep.equal([['arn:aws:iam::0:role/r', 'states:StartExecution', machineArn]])
  })

  describe('with a schedule', () => {
    const scheduled = (ScheduleExpression: string, change: object = {}) => {
      const { EventPattern, ...rest } = rule()
      return { ...rest, Name: ScheduleExpression, ScheduleExpression, ...change }
    }

    it('ticks at its rate until it is closed, for its own targets only', async () => {
      const events = open()
      const arn = events.deployRule(scheduled('rate(1 hour)'))
      events.deployRule(scheduled('rate(2 hours)', { Targets: [{ Id: '1', Arn: topicArn }] }))
      events.deployRule({ ...rule(), Name: 'other' })
      events.resume()
      await clock.advance(2 * 3_600_000)
      expect(calls.map(({ to }) => to)).to.have.members([functionArn, functionArn, topicArn])
      expect(JSON.parse(calls[0]!.text)).to.deep.include({
        'detail-type': 'Scheduled Event',
        source: 'aws.events',
        resources: [arn],
        time: '2025-01-31T13:00:05Z',
        detail: {},
      })
      await events.close!()
      await clock.advance(10 * 3_600_000)
      expect(calls).to.have.lengthOf(3)
    })

    it('does not tick when it is disabled, or no rate', async () => {
      const events = open()
      events.deployRule(scheduled('rate(1 minute)', { State: 'DISABLED' }))
      events.deployRule(scheduled('cron(0 12 * * ? *)'))
      events.deployRule(scheduled('rate(0 minutes)'))
      events.resume()
      await clock.advance(86_400_000)
      expect(calls).to.deep.equal([])
    })
  })
})
