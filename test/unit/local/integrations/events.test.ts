import { expect } from 'chai'
import { createEventsActions } from '../../../../local/integrations/events.ts'
import type { ServiceCall } from '../../../../local/integrations/integration.ts'
import type { SdkCaller } from '../../../../local/integrations/sdk-call.ts'
import type { JsonObject } from '../../../../local/interpreter/contract.ts'

const http = { headers: { Date: 'today' }, statusCode: 200, requestId: 'r1' }
const { signal } = new AbortController()
const call: ServiceCall = {
  service: 'events',
  action: 'putEvents',
  parameters: { Entries: [{ Source: 's', Resources: ['given'] }, { Source: 't' }] },
  roleArn: 'r',
  executionArn: 'the-execution',
  stateMachineArn: 'the-machine',
  signal,
}

describe('Events put by a machine', () => {
  it('carry the execution and the machine among their resources', async () => {
    const asked: ServiceCall[] = []
    const sdk: SdkCaller = async (request) => {
      asked.push(request)
      return { ...http, output: { FailedEntryCount: 0, Entries: [{ EventId: '1' }] } }
    }
    const answer = (await createEventsActions(sdk).putEvents!.call(call)) as JsonObject
    expect(asked[0]).to.deep.include({ service: 'eventbridge', action: 'putEvents' })
    expect((asked[0]!.parameters.Entries as JsonObject[]).map(({ Resources }) => Resources)).to.deep.equal([
      ['given', 'the-execution', 'the-machine'],
      ['the-execution', 'the-machine'],
    ])
    expect(answer.SdkHttpMetadata).to.deep.equal({
      AllHttpHeaders: { Date: ['today'] },
      HttpHeaders: { Date: 'today' },
      HttpStatusCode: 200,
    })
    expect(answer.SdkResponseMetadata).to.deep.equal({ RequestId: 'r1' })
  })

  it('fail together when one of them was refused', async () => {
    const output = { FailedEntryCount: 1, Entries: [{ ErrorCode: 'MalformedDetail', ErrorMessage: 'bad' }] }
    const failure = await createEventsActions(async () => ({ ...http, output }))
      .putEvents!.call(call)
      .then(
        () => undefined,
        (error: Error & { error?: string }) => error,
      )
    expect(failure?.error).to.equal('EventBridge.FailedEntry')
    expect(JSON.parse(failure!.message)).to.deep.equal({ Entries: output.Entries, FailedEntryCount: 1 })
  })
})
