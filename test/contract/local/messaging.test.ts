import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  DescribeRuleCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge'
import {
  CreateTopicCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListSubscriptionsCommand,
  ListTopicsCommand,
  PublishCommand,
  type PublishCommandInput,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { expect } from 'chai'
import { systemClock } from '../../../local/clock.ts'
import { createMailbox, type Mailbox } from '../../../local/mailbox/create-mailbox.ts'
import { createEvents, type Events } from '../../../local/services/events/create-events.ts'
import { createSns, type Sns } from '../../../local/services/sns/create-sns.ts'
import { createSts } from '../../../local/services/sts/create-sts.ts'
import { accountId, type EdgeFixture, failureOf, region, startEdge } from '../../support/edge-fixture.ts'

const functionArn = `arn:aws:lambda:${region}:${accountId}:function:listener`
const publisherArn = `arn:aws:iam::${accountId}:role/publisher`
const topicArn = `arn:aws:sns:${region}:${accountId}:notices`
const allow = (Action: string, Resource: string) => ({ Statement: { Effect: 'Allow' as const, Action, Resource } })
const publisher = {
  arn: publisherArn,
  name: 'publisher',
  policies: [
    allow('sns:Publish', topicArn),
    allow('events:PutEvents', `arn:aws:events:${region}:${accountId}:event-bus/darkroom`),
  ],
}

describe('STS, SNS and EventBridge on the laptop', () => {
  let dataDirectory: string
  let mailbox: Mailbox
  let sns: Sns
  let events: Events
  let fixture: EdgeFixture
  let invocations: Array<{ functionArn: string; payload: string }>
  const clients: Array<{ destroy(): void }> = []
  const client = <Client extends { destroy(): void }>(
    create: new (configuration: object) => Client,
    roleArn?: string,
  ): Client => {
    const made = new create(fixture.client(roleArn))
    clients.push(made)
    return made
  }
  const invokeFunction = async (arn: string, payload: string) => void invocations.push({ functionArn: arn, payload })

  const openEvents = (): Events => {
    const made = createEvents({
      dataDirectory,
      clock: systemClock,
      region,
      accountId,
      invokeFunction,
      publishToTopic: (arn, message) => sns.publish({ topicArn: arn, message }),
      startExecution: () => Promise.reject(new Error('There are no machines in this test')),
    })
    made.deployEventBus({ Name: 'darkroom' })
    const Targets = [
      { Id: 'listener', Arn: functionArn },
      { Id: 'mail', Arn: topicArn, InputPath: '$.detail.text' },
    ]
    made.deployRule({ Name: 'announce', EventBusName: 'darkroom', EventPattern: { source: ['darkroom'] }, Targets })
    return made
  }

  before(async () => {
    dataDirectory = mkdtempSync(join(tmpdir(), 'darkroom-messaging-'))
    mailbox = createMailbox({ dataDirectory, clock: systemClock })
    sns = createSns({
      clock: systemClock,
      region,
      accountId,
      deliverMail: (mail) => mailbox.deliver(mail),
      invokeFunction,
    })
    sns.deployTopic({
      TopicName: 'notices',
      DisplayName: 'Darkroom',
      Subscription: [{ Protocol: 'email', Endpoint: 'ann@example.com' }],
    })
    events = openEvents()
    const services = { sts: createSts(), sns, events }
    fixture = await startEdge({ services, roles: [publisher], pages: [mailbox.page, events.page] })
  })
  beforeEach(() => {
    invocations = []
  })
  after(async () => {
    for (const one of clients) one.destroy()
    await fixture.edge.close()
    await Promise.all([sns.close!(), events.close!()])
    rmSync(dataDirectory, { recursive: true })
  })

  it('says who is calling', async () => {
    const operator = await client(STSClient).send(new GetCallerIdentityCommand({}))
    expect(operator).to.deep.include({ Arn: `arn:aws:iam::${accountId}:root`, Account: accountId, UserId: accountId })
    const role = await client(STSClient, publisherArn).send(new GetCallerIdentityCommand({}))
    expect(role.Arn).to.equal(`arn:aws:sts::${accountId}:assumed-role/publisher/darkroom`)
  })

  describe('SNS', () => {
    const publish = (input: Partial<PublishCommandInput>) =>
      client(SNSClient).send(new PublishCommand({ TopicArn: topicArn, Message: 'Text', ...input }))

    it('mails what is published, before it answers', async () => {
      const { MessageId } = await publish({ Subject: 'Merge "castle-mix" succeeded', Message: 'It took 3 s.\nÄ <b>&' })
      expect(MessageId).to.match(/^[0-9a-f-]{36}$/)
      const [mail] = mailbox.list()
      expect(mail).to.include({
        from: 'Darkroom <no-reply@sns.amazonaws.com>',
        to: 'ann@example.com',
        subject: 'Merge "castle-mix" succeeded',
      })
      expect(mail!.body).to.match(/^It took 3 s\.\nÄ <b>&\n\n--\nIf you wish to stop receiving/)
      const page = await fetch(`${fixture.endpoint}/_darkroom/mailbox`)
      expect(await page.text()).to.include('Merge &quot;castle-mix&quot; succeeded')
    })

    it('gives a mail without subject the one of SNS', async () => {
      await publish({})
      expect(mailbox.list()[0]!.subject).to.equal('AWS Notification Message')
    })

    const refused: Array<[string, Partial<PublishCommandInput>, string]> = [
      ['an empty message', { Message: '' }, 'InvalidParameterException'],
      ['a subject of 101 characters', { Subject: 'x'.repeat(101) }, 'InvalidParameterException'],
      ['a subject with a line break', { Subject: 'a\nb' }, 'InvalidParameterException'],
      ['a subject that is not ASCII', { Subject: 'Schöne Grüße' }, 'InvalidParameterException'],
      ['a subject that begins with a blank', { Subject: ' a' }, 'InvalidParameterException'],
      ['a message above 256 KB', { Message: 'x'.repeat(262_145) }, 'InvalidParameterException'],
      [
        'a structure without default',
        { MessageStructure: 'json', Message: '{"email":"x"}' },
        'InvalidParameterException',
      ],
      ['a topic that does not exist', { TopicArn: `${topicArn}-not` }, 'NotFoundException'],
    ]
    for (const [name, input, error] of refused) {
      it(`refuses ${name}`, async () => {
        const before = mailbox.list().length
        expect((await failureOf(publish(input))).name).to.equal(error)
        expect(mailbox.list()).to.have.length(before)
      })
    }

    it('takes a message of exactly 256 KB and a subject of exactly 100 characters', async () => {
      await publish({ Subject: 'x'.repeat(100), Message: 'x'.repeat(262_144) })
      expect(mailbox.list()[0]!.subject).to.have.length(100)
    })

    it('lets nobody publish whose policies do not allow it', async () => {
      const role = client(SNSClient, publisherArn)
      await role.send(new PublishCommand({ TopicArn: topicArn, Message: 'allowed' }))
      const denied = await failureOf(role.send(new PublishCommand({ TopicArn: `${topicArn}-other`, Message: 'x' })))
      expect(denied).to.include({ name: 'AuthorizationErrorException' })
      expect(denied.message).to.include('assumed-role/publisher/darkroom is not authorized to perform: sns:Publish')
    })

    it("invokes subscribed functions with SNS's event, filtered by attributes", async () => {
      const operator = client(SNSClient)
      const { TopicArn } = await operator.send(
        new CreateTopicCommand({ Name: 'jobs', Attributes: { DisplayName: 'Jobs' } }),
      )
      const { SubscriptionArn } = await operator.send(
        new SubscribeCommand({
          TopicArn,
          Protocol: 'lambda',
          Endpoint: functionArn,
          Attributes: { FilterPolicy: '{"kind":["merge"]}' },
        }),
      )
      const send = (kind: string) =>
        operator.send(
          new PublishCommand({
            TopicArn,
            MessageStructure: 'json',
            Message: JSON.stringify({ default: 'all', lambda: `for ${kind}` }),
            MessageAttributes: { kind: { DataType: 'String', StringValue: kind } },
          }),
        )
      await send('training')
      await send('merge')
      expect(invocations).to.have.length(1)
      const [{ Sns, ...record }] = JSON.parse(invocations[0]!.payload).Records
      expect(record).to.deep.equal({
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: SubscriptionArn,
      })
      expect(Sns).to.deep.include({ Type: 'Notification', TopicArn, Subject: null, Message: 'for merge' })
      expect(Sns.MessageAttributes).to.deep.equal({ kind: { Type: 'String', Value: 'merge' } })
      expect((await operator.send(new ListTopicsCommand({}))).Topics).to.deep.include({ TopicArn })
      const listed = (await operator.send(new ListSubscriptionsByTopicCommand({ TopicArn }))).Subscriptions!
      expect(listed).to.deep.equal([
        { SubscriptionArn, Owner: accountId, Protocol: 'lambda', Endpoint: functionArn, TopicArn },
      ])
      const { Attributes } = await operator.send(new GetTopicAttributesCommand({ TopicArn }))
      expect(Attributes).to.include({ DisplayName: 'Jobs', SubscriptionsConfirmed: '1' })
      await operator.send(new UnsubscribeCommand({ SubscriptionArn }))
      expect(
        (await operator.send(new ListSubscriptionsCommand({}))).Subscriptions!.map(({ Protocol }) => Protocol),
      ).to.deep.equal(['email'])
    })

    it('refuses protocols it cannot deliver by', async () => {
      const subscribe = new SubscribeCommand({
        TopicArn: topicArn,
        Protocol: 'sqs',
        Endpoint: 'arn:aws:sqs:us-east-1:0:q',
      })
      expect((await failureOf(client(SNSClient).send(subscribe))).message).to.include(
        'delivers by email, email-json, lambda',
      )
    })
  })

  describe('EventBridge', () => {
    const entry = { EventBusName: 'darkroom', Source: 'darkroom', DetailType: 'Merge', Detail: '{"text":"done"}' }
    const until = async (holds: () => boolean): Promise<void> => {
      for (let turns = 0; !holds() && turns < 1_000; turns += 1) await new Promise((resolve) => setImmediate(resolve))
    }

    it('delivers to functions and topics', async () => {
      const answer = await client(EventBridgeClient).send(
        new PutEventsCommand({ Entries: [{ ...entry, Resources: ['arn:x'], Time: new Date(0) }] }),
      )
      expect(answer.FailedEntryCount).to.equal(0)
      await until(() => invocations.length > 0 && mailbox.list()[0]!.body.startsWith('"done"'))
      const event = JSON.parse(invocations[0]!.payload)
      expect(event).to.deep.include({
        id: answer.Entries![0]!.EventId,
        resources: ['arn:x'],
        time: '1970-01-01T00:00:00Z',
        detail: { text: 'done' },
      })
      expect(mailbox.list()[0]!.body).to.match(/^"done"\n/)
      const page = (await (await fetch(`${fixture.endpoint}/_darkroom/events.json`)).json()) as {
        events: Array<{ bus: string; event: object }>
      }
      expect(page.events[0]).to.deep.equal({ bus: 'darkroom', event })
    })

    it('refuses entries one by one and takes the others', async () => {
      const Entries = [
        { ...entry, EventBusName: 'nowhere' },
        { ...entry, Detail: '{' },
        { ...entry, Detail: '[]' },
        { ...entry, Source: 'aws.states' },
        { EventBusName: 'darkroom', Source: 'darkroom', Detail: '{}' },
        entry,
      ]
      const answer = await client(EventBridgeClient).send(new PutEventsCommand({ Entries }))
      expect(answer.FailedEntryCount).to.equal(5)
      expect(answer.Entries!.map(({ ErrorCode }) => ErrorCode)).to.deep.equal([
        'ResourceNotFoundException',
        'MalformedDetail',
        'MalformedDetail',
        'NotAuthorizedForSourceException',
        'InvalidArgument',
        undefined,
      ])
    })

    it('refuses more than ten entries and more than 256 KB as a whole', async () => {
      const send = (Entries: object[]) => client(EventBridgeClient).send(new PutEventsCommand({ Entries }))
      expect((await failureOf(send(Array(11).fill(entry)))).name).to.equal('ValidationException')
      expect(
        (await failureOf(send([{ ...entry, Detail: JSON.stringify({ x: 'x'.repeat(262_144) }) }]))).message,
      ).to.match(/over the limit/)
    })

    it('lets nobody put events whose policies do not allow it', async () => {
      const role = client(EventBridgeClient, publisherArn)
      expect((await role.send(new PutEventsCommand({ Entries: [entry] }))).FailedEntryCount).to.equal(0)
      const denied = await failureOf(
        role.send(new PutEventsCommand({ Entries: [{ ...entry, EventBusName: 'default' }] })),
      )
      expect(denied.name).to.equal('AccessDeniedException')
      expect(denied.message).to.include(
        `events:PutEvents on resource: arn:aws:events:${region}:${accountId}:event-bus/default`,
      )
    })

    it('describes buses, rules and targets', async () => {
      const operator = client(EventBridgeClient)
      expect((await operator.send(new ListEventBusesCommand({}))).EventBuses!.map(({ Name }) => Name)).to.deep.equal([
        'default',
        'darkroom',
      ])
      const { Rules } = await operator.send(new ListRulesCommand({ EventBusName: 'darkroom' }))
      const rule = await operator.send(new DescribeRuleCommand({ Name: 'announce', EventBusName: 'darkroom' }))
      expect(rule).to.deep.include(Rules![0]!)
      expect(rule).to.include({ State: 'ENABLED', EventPattern: '{"source":["darkroom"]}' })
      const { Targets } = await operator.send(
        new ListTargetsByRuleCommand({ Rule: 'announce', EventBusName: 'darkroom' }),
      )
      expect(Targets!.map(({ Id }) => Id)).to.deep.equal(['listener', 'mail'])
      const missing = await failureOf(operator.send(new DescribeRuleCommand({ Name: 'none' })))
      expect(missing).to.include({
        name: 'ResourceNotFoundException',
        message: 'Rule none does not exist on EventBus default.',
      })
    })

    it('tests patterns', async () => {
      const test = (EventPattern: string) =>
        client(EventBridgeClient).send(
          new TestEventPatternCommand({ EventPattern, Event: '{"source":"a","detail":{"n":3}}' }),
        )
      expect((await test('{"detail":{"n":[{"numeric":[">",2]}]}}')).Result).to.equal(true)
      expect((await test('{"source":["b"]}')).Result).to.equal(false)
      expect((await failureOf(test('{"source":"b"}'))).name).to.equal('InvalidEventPatternException')
    })

    it('delivers after a restart what it had accepted and not delivered', async () => {
      const stuck = createEvents({
        dataDirectory: join(dataDirectory, 'crashed'),
        clock: systemClock,
        region,
        accountId,
        invokeFunction: () => new Promise(() => undefined),
        publishToTopic: () => new Promise(() => undefined),
        startExecution: () => new Promise(() => undefined),
      })
      const rule = { Name: 'r', EventPattern: { source: ['darkroom'] }, Targets: [{ Id: '1', Arn: functionArn }] }
      stuck.deployRule(rule)
      const stuckFixture = await startEdge({ services: { events: stuck } })
      const operator = new EventBridgeClient(stuckFixture.client())
      const { Entries } = await operator.send(
        new PutEventsCommand({ Entries: [{ ...entry, EventBusName: 'default' }] }),
      )
      operator.destroy()
      await stuckFixture.edge.close()

      const restarted = createEvents({
        dataDirectory: join(dataDirectory, 'crashed'),
        clock: systemClock,
        region,
        accountId,
        invokeFunction,
        publishToTopic: invokeFunction,
        startExecution: invokeFunction,
      })
      restarted.deployRule(rule)
      restarted.resume()
      await until(() => invocations.length > 0)
      expect(JSON.parse(invocations[0]!.payload).id).to.equal(Entries![0]!.EventId)
      await Promise.all([stuck.close!(), restarted.close!()])
    })
  })
})
