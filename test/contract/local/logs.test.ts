import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { expect } from 'chai'
import { createLogs } from '../../../local/services/logs/create-logs.ts'
import { matchesFilterPattern } from '../../../local/services/logs/filter-pattern.ts'
import { accountId, type EdgeFixture, failureOf, region, startEdge } from '../../support/edge-fixture.ts'

const logGroupName = '/aws/lambda/plan-merge'

describe('CloudWatch Logs on the laptop', () => {
  let fixture: EdgeFixture
  let client: CloudWatchLogsClient

  before(async () => {
    const logs = createLogs({ region, accountId })
    const lines = ['START RequestId: 1', 'planned 6 parts', 'END RequestId: 1']
    for (const [index, line] of lines.entries())
      logs.append({ logGroup: logGroupName, logStream: 'a', timestamp: 1_000 + index, line })
    logs.append({ logGroup: logGroupName, logStream: 'b', timestamp: 2_000, line: 'planned 7 parts' })
    logs.append({ logGroup: '/aws/lambda/other', logStream: 'c', timestamp: 2_000, line: 'other' })
    fixture = await startEdge({ services: { logs } })
    client = new CloudWatchLogsClient(fixture.client())
  })
  after(async () => {
    client.destroy()
    await fixture.edge.close()
  })

  it('lists groups and streams', async () => {
    const { logGroups } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/aws/lambda/plan' }))
    expect(logGroups!.map((group) => group.logGroupName)).to.deep.equal([logGroupName])
    const { logStreams } = await client.send(new DescribeLogStreamsCommand({ logGroupName }))
    expect(logStreams).to.deep.equal([
      { logStreamName: 'a', creationTime: 1_000, firstEventTimestamp: 1_000, lastEventTimestamp: 1_002 },
      { logStreamName: 'b', creationTime: 2_000, firstEventTimestamp: 2_000, lastEventTimestamp: 2_000 },
    ])
  })

  it('finds streams by their prefix, the newest first when asked so, page by page', async () => {
    const describe = (input: object) => client.send(new DescribeLogStreamsCommand({ logGroupName, ...input }))
    const names = ({ logStreams }: { logStreams?: { logStreamName?: string | undefined }[] | undefined }) =>
      logStreams!.map(({ logStreamName }) => logStreamName)
    expect(names(await describe({ logStreamNamePrefix: 'b' }))).to.deep.equal(['b'])
    expect(names(await describe({ logStreamNamePrefix: 'x' }))).to.deep.equal([])
    const first = await describe({ orderBy: 'LastEventTime', descending: true, limit: 1 })
    const second = await describe({ orderBy: 'LastEventTime', descending: true, limit: 1, nextToken: first.nextToken })
    expect([names(first), names(second), second.nextToken]).to.deep.equal([['b'], ['a'], undefined])
  })

  it('filters events by pattern and time over all streams, page by page', async () => {
    const filter = (input: object) => client.send(new FilterLogEventsCommand({ logGroupName, ...input }))
    const planned = await filter({ filterPattern: 'planned parts' })
    expect(planned.events!.map(({ message, logStreamName }) => [message, logStreamName])).to.deep.equal([
      ['planned 6 parts', 'a'],
      ['planned 7 parts', 'b'],
    ])
    expect((await filter({ startTime: 1_002, endTime: 1_999 })).events!.map(({ message }) => message)).to.deep.equal([
      'END RequestId: 1',
    ])
    const first = await filter({ limit: 3 })
    const second = await filter({ limit: 3, nextToken: first.nextToken })
    expect([first.events!.length, second.events!.length, second.nextToken]).to.deep.equal([3, 1, undefined])
  })

  it('gets the events of one stream, and nothing new with the token of the end', async () => {
    const stream = { logGroupName, logStreamName: 'a', startFromHead: true }
    const all = await client.send(new GetLogEventsCommand(stream))
    expect(all.events).to.have.length(3)
    const rest = await client.send(new GetLogEventsCommand({ ...stream, nextToken: all.nextForwardToken }))
    expect([rest.events!.length, rest.nextForwardToken]).to.deep.equal([0, all.nextForwardToken])
  })

  it('gets the last events of a stream first, and those before them with the token', async () => {
    const stream = { logGroupName, logStreamName: 'a', limit: 2 }
    const messages = ({ events }: { events?: { message?: string | undefined }[] | undefined }) =>
      events!.map((one) => one.message)
    const tail = await client.send(new GetLogEventsCommand(stream))
    expect(messages(tail)).to.deep.equal(['planned 6 parts', 'END RequestId: 1'])
    const before = await client.send(new GetLogEventsCommand({ ...stream, nextToken: tail.nextBackwardToken }))
    expect(messages(before)).to.deep.equal(['START RequestId: 1'])
    const none = await client.send(new GetLogEventsCommand({ ...stream, nextToken: before.nextBackwardToken }))
    expect([none.events, none.nextBackwardToken]).to.deep.equal([[], before.nextBackwardToken])
  })

  it('says when there is no such stream', async () => {
    const failure = await failureOf(client.send(new GetLogEventsCommand({ logGroupName, logStreamName: 'x' })))
    expect(failure).to.include({
      name: 'ResourceNotFoundException',
      message: 'The specified log stream does not exist.',
    })
  })

  it('says when there is no such group', async () => {
    const failure = await failureOf(client.send(new FilterLogEventsCommand({ logGroupName: '/nothing' })))
    expect(failure).to.include({
      name: 'ResourceNotFoundException',
      message: 'The specified log group does not exist.',
    })
  })

  const patterns: Array<[pattern: string, line: string, matches: boolean]> = [
    ['', 'anything', true],
    ['ERROR', 'an ERROR here', true],
    ['ERROR here', 'here is an ERROR', true],
    ['"ERROR here"', 'here is an ERROR', false],
    ['ERROR -expected', 'ERROR, expected', false],
    ['?ERROR ?WARN', 'a WARN', true],
    ['?ERROR ?WARN', 'fine', false],
  ]
  for (const [pattern, line, matches] of patterns) {
    it(`${matches ? 'finds' : 'does not find'} ${JSON.stringify(pattern)} in ${JSON.stringify(line)}`, () => {
      expect(matchesFilterPattern(pattern, line)).to.equal(matches)
    })
  }
})
