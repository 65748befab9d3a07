import { expect } from 'chai'
import type { EndedExecution, IntegrationPorts, ServiceCall } from '../../../../local/integrations/integration.ts'
import { createStatesActions } from '../../../../local/integrations/states.ts'
import type { JsonObject } from '../../../../local/interpreter/contract.ts'

const StateMachineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:inner'
const executionArn = 'arn:aws:states:us-east-1:000000000000:execution:inner:one'
const ended: EndedExecution = {
  executionArn,
  stateMachineArn: StateMachineArn,
  name: 'one',
  status: 'SUCCEEDED',
  startedAt: 1000,
  stoppedAt: 2000,
  input: '{"a":1}',
  output: '{"b":2}',
  redriveCount: 0,
  redriveStatus: 'NOT_REDRIVABLE',
}

function actions(executions: Partial<IntegrationPorts['executions']>, authorizeAs = (): void => undefined) {
  return createStatesActions({ executions, authorizeAs } as unknown as IntegrationPorts).startExecution!
}
function call(parameters: JsonObject): ServiceCall {
  const { signal } = new AbortController()
  return {
    service: 'states',
    action: 'startExecution',
    parameters,
    roleArn: 'r',
    executionArn: '',
    stateMachineArn: '',
    signal,
  }
}
async function failureOf(promise: Promise<unknown>): Promise<Error & { error?: string }> {
  return (await promise.then(
    () => new Error('nothing failed'),
    (error: unknown) => error,
  )) as Error
}

describe('Starting an execution from a machine', () => {
  it('passes objects on as JSON text and shows the answer of StartExecution', async () => {
    const asked: object[] = []
    const action = actions({
      start: async (request) => {
        asked.push(request)
        return { executionArn, startedAt: 1_700_000_000_123 }
      },
    })
    const answer = (await action.call(call({ StateMachineArn, Name: 'one', Input: { a: 1 } }))) as JsonObject
    expect(asked).to.deep.equal([{ stateMachineArn: StateMachineArn, name: 'one', input: '{"a":1}' }])
    expect(answer).to.include({ ExecutionArn: executionArn, StartDate: 1_700_000_000_123 })
    await action.call(call({ StateMachineArn, Input: 'text', TraceHeader: 't', Name: null }))
    expect(asked[1]).to.deep.equal({ stateMachineArn: StateMachineArn, input: 'text', traceHeader: 't' })
  })

  it('names refusals as AWS does', async () => {
    const refusing = (error: object) => actions({ start: () => Promise.reject(Object.assign(new Error('no'), error)) })
    const missing = await failureOf(refusing({ code: 'StateMachineDoesNotExist' }).call(call({ StateMachineArn })))
    expect(missing.error).to.equal('StepFunctions.StateMachineDoesNotExistException')
    expect(missing.message).to.match(
      /^no \(Service: AWSStepFunctions; Status Code: 400; Error Code: StateMachineDoesNotExist; Request ID: /,
    )
    const unknown = await failureOf(refusing({}).call(call({ StateMachineArn })))
    expect(unknown.error).to.equal('StepFunctions.AWSStepFunctionsException')
    const denied = actions({}, () => {
      throw Object.assign(new Error('not authorized'), { name: 'AccessDeniedError' })
    })
    expect((await failureOf(denied.call(call({ StateMachineArn })))).error).to.equal(
      'StepFunctions.AWSStepFunctionsException',
    )
  })

  it('waits for the end, with texts for .sync and with JSON for .sync:2', async () => {
    const { finish } = actions({ whenEnded: async () => ended })
    const submitted = { ExecutionArn: executionArn }
    const texts = (await finish!({ ...call({}), pattern: 'sync' }, submitted)) as JsonObject
    expect(texts).to.include({ Input: '{"a":1}', Output: '{"b":2}', Status: 'SUCCEEDED' })
    expect(texts).not.to.have.property('RedriveCount')
    const json = (await finish!({ ...call({}), pattern: 'sync:2' }, submitted)) as JsonObject
    expect(json).to.deep.include({ Input: { a: 1 }, Output: { b: 2 } })
  })

  it('fails with the whole description of an execution that failed', async () => {
    const { output, ...rest } = ended
    const failed = { ...rest, status: 'FAILED', error: 'Broken', cause: 'why', redriveCount: 1 }
    const { finish } = actions({ whenEnded: async () => failed })
    const failure = await failureOf(finish!({ ...call({}), pattern: 'sync' }, { ExecutionArn: executionArn }))
    expect(failure.error).to.equal('States.TaskFailed')
    expect(JSON.parse(failure.message)).to.include({ Error: 'Broken', Cause: 'why', Status: 'FAILED', RedriveCount: 1 })
    expect(output).to.equal('{"b":2}')
  })

  it('stops the execution when it is not awaited any more', async () => {
    const stopped: string[] = []
    const { abandon } = actions({
      stop: async (arn) => {
        stopped.push(arn)
      },
    })
    await abandon!(call({}), { ExecutionArn: executionArn })
    expect(stopped).to.deep.equal([executionArn])
  })
})
