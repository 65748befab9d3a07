import { expect } from 'chai'
import type {
  JsonObject,
  TestStateRequest,
  TestStateResponse,
  TestStateStep,
} from '../../../../../local/interpreter/contract.ts'
import { testState } from '../../../../../local/interpreter/test-state/test-state.ts'
import { testPorts } from '../../../../support/interpreter-driver.ts'

type Fields = Partial<Omit<TestStateRequest, 'definition'>>

const run = async (definition: unknown, fields: Fields = {}): Promise<TestStateStep> =>
  testState({
    definition: typeof definition === 'string' ? definition : JSON.stringify(definition),
    input: '{}',
    inspectionLevel: 'INFO',
    at: Date.UTC(2026, 0, 1),
    seed: 'seed',
    ports: testPorts,
    region: 'us-east-1',
    accountId: '123456789012',
    ...fields,
  })

const answer = async (definition: unknown, fields: Fields = {}): Promise<TestStateResponse> => {
  const step = await run(definition, fields)
  if (step.kind !== 'answer') throw new Error(JSON.stringify(step))
  return step.response
}

const refusal = async (definition: unknown, fields: Fields = {}): Promise<string> => {
  const step = await run(definition, fields)
  return step.kind === 'refused' ? `${step.code}: ${step.message}` : JSON.stringify(step)
}

const role = 'arn:aws:iam::123456789012:role/r'
const pass = { Type: 'Pass', End: true }
const task = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Parameters: { 'p.$': '$.a' }, End: true }
const jsonataTask = {
  Type: 'Task',
  QueryLanguage: 'JSONata',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { p: '{% $states.input.a %}' },
  End: true,
}
const processor = {
  ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
  StartAt: 'I',
  States: { I: pass },
}
const map = { Type: 'Map', ItemsPath: '$.l', ItemProcessor: processor, End: true }
const parallel = { Type: 'Parallel', Branches: [{ StartAt: 'B', States: { B: pass } }], End: true }

describe('TestState', () => {
  it('shows the stations of the JSONPath pipeline', async () => {
    const definition = {
      ...task,
      InputPath: '$.in',
      ResultSelector: { 'r.$': '$.x' },
      ResultPath: '$.out',
      OutputPath: '$.out',
    }
    const { inspectionData, ...rest } = await answer(definition, {
      input: '{"in": {"a": 1}}',
      inspectionLevel: 'DEBUG',
      mock: { result: '{"x": 5}' },
    })
    expect(rest).to.deep.equal({ status: 'SUCCEEDED', output: '{"r":5}' })
    expect(inspectionData).to.deep.equal({
      input: '{"in": {"a": 1}}',
      afterInputPath: '{"a":1}',
      afterParameters: '{"p":1}',
      result: '{"x":5}',
      afterResultSelector: '{"r":5}',
      afterResultPath: '{"in":{"a":1},"out":{"r":5}}',
    })
  })

  it('shows the arguments of a JSONata task and the variables', async () => {
    const { inspectionData, nextState } = await answer(
      { ...jsonataTask, End: undefined, Next: 'N', Assign: { got: '{% $states.result %}' } },
      { input: '{"a":1}', inspectionLevel: 'TRACE', variables: '{"v":2}', mock: { result: '7' } },
    )
    expect(nextState).to.equal('N')
    expect(inspectionData).to.deep.equal({
      input: '{"a":1}',
      afterArguments: '{"p":1}',
      result: '7',
      variables: '{"v":2,"got":7}',
    })
  })

  it('shows the result of a Pass that has one', async () => {
    const { inspectionData } = await answer({ ...pass, Result: null }, { inspectionLevel: 'DEBUG' })
    expect(inspectionData).to.deep.equal({
      input: '{}',
      result: 'null',
      afterResultSelector: 'null',
      afterResultPath: 'null',
    })
    const plain = await answer(pass, { inspectionLevel: 'DEBUG', input: '1' })
    expect(plain.inspectionData).to.deep.equal({
      input: '1',
      afterInputPath: '1',
      afterParameters: '1',
      afterResultSelector: '1',
      afterResultPath: '1',
    })
  })

  it('follows a Choice, ends a Wait and fails a Fail', async () => {
    const choice = { Type: 'Choice', Choices: [{ Variable: '$.n', NumericEquals: 1, Next: 'One' }], Default: 'Other' }
    expect((await answer(choice, { input: '{"n":1}' })).nextState).to.equal('One')
    expect(await answer({ Type: 'Wait', Seconds: 3600, Next: 'N' })).to.deep.equal({
      status: 'SUCCEEDED',
      output: '{}',
      nextState: 'N',
    })
    expect(await answer({ Type: 'Fail', Error: 'E' })).to.deep.equal({ status: 'FAILED', error: 'E' })
    expect(await answer({ Type: 'Fail', Cause: 'c' })).to.deep.equal({ status: 'FAILED', cause: 'c' })
    expect(await answer({ Type: 'Succeed', QueryLanguage: 'JSONata', Output: '{% $count([1,2]) %}' })).to.deep.equal({
      status: 'SUCCEEDED',
      output: '2',
    })
  })

  it('asks for the call when there is no mock and goes on with its result', async () => {
    const asked = await run(task, { input: '{"a":1}', roleArn: role })
    if (asked.kind !== 'invoke') throw new Error('nothing was asked for')
    expect(asked.task).to.deep.include({ parameters: { p: 1 } })
    expect(await asked.resume({ kind: 'taskSucceeded', output: '5' })).to.deep.equal({
      kind: 'answer',
      response: { status: 'SUCCEEDED', output: '5' },
    })
    const again = await run(task, { input: '{"a":1}', roleArn: role })
    if (again.kind !== 'invoke') throw new Error('nothing was asked for')
    expect(await again.resume({ kind: 'taskFailed', error: 'E', cause: 'c' })).to.deep.equal({
      kind: 'answer',
      response: { status: 'FAILED', error: 'E', cause: 'c' },
    })
  })

  it('says whether a failure would be retried, caught or final', async () => {
    const definition = {
      ...jsonataTask,
      Retry: [{ ErrorEquals: ['A'], IntervalSeconds: 2, MaxAttempts: 2 }],
      Catch: [
        { ErrorEquals: ['B'], Next: 'N' },
        { ErrorEquals: ['A'], Output: '{% $states.errorOutput.Error %}', Next: 'M' },
        { ErrorEquals: ['C'], Output: '{% $nope %}', Next: 'M' },
      ],
    }
    const fails = (error: string, retrierRetryCount = 0) =>
      answer(definition, {
        input: '{"a":1}',
        inspectionLevel: 'DEBUG',
        mock: { errorOutput: { error } },
        stateConfiguration: { retrierRetryCount },
      })
    const unconfigured = await answer(definition, { input: '{"a":1}', mock: { errorOutput: { error: 'A' } } })
    expect(unconfigured.status).to.equal('RETRIABLE')
    const details = ({ inspectionData }: TestStateResponse) => inspectionData!.errorDetails
    const retried = await fails('A', 1)
    expect([retried.status, details(retried)]).to.deep.equal([
      'RETRIABLE',
      { retryIndex: 0, retryBackoffIntervalSeconds: 4 },
    ])
    const caught = await fails('A', 2)
    expect([caught.status, caught.output, caught.nextState, details(caught)]).to.deep.equal([
      'CAUGHT_ERROR',
      '"A"',
      'M',
      { catchIndex: 1, retryIndex: 0 },
    ])
    expect(details(await fails('B'))).to.deep.equal({ catchIndex: 0 })
    expect((await fails('C')).status).to.equal('FAILED')
    expect(details(await fails('D'))).to.equal(undefined)
  })

  it('fails where an expression fails', async () => {
    expect(await answer({ ...pass, InputPath: '$.nope' })).to.deep.equal({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: "Invalid path '$.nope' : No results for path: $['nope']",
    })
    expect(
      (await answer({ ...jsonataTask, Output: '{% $sum(["x"]) %}' }, { input: '{"a":1}', mock: { result: '1' } }))
        .error,
    ).to.equal('States.QueryEvaluationError')
  })

  it('finds a state of a machine at any depth', async () => {
    const machine = {
      QueryLanguage: 'JSONata',
      StartAt: 'P',
      States: {
        P: {
          ...parallel,
          Branches: [{ StartAt: 'M', States: { M: { ...map, ItemsPath: undefined, ItemProcessor: processor } } }],
        },
      },
    }
    expect(await answer(machine, { stateName: 'I', input: '5' })).to.deep.equal({ status: 'SUCCEEDED', output: '5' })
    const old = {
      StartAt: 'M',
      States: { M: { Type: 'Map', Iterator: { StartAt: 'J', States: { J: pass } }, End: true }, broken: 5 },
    }
    expect((await answer(old, { stateName: 'J' })).status).to.equal('SUCCEEDED')
    expect(await refusal(machine, { stateName: 'X' })).to.equal(
      "ValidationException: State 'X' is not found in the state machine definition",
    )
    expect(await refusal(pass, { stateName: 'X' })).to.match(/is not found/)
    expect(await refusal(old, { stateName: 'X' })).to.match(/is not found/)
  })

  it('mocks the results of Map and Parallel', async () => {
    const { inspectionData, output } = await answer(
      { ...map, ItemSelector: { 'v.$': '$$.Map.Item.Value' }, ToleratedFailurePercentage: 50, MaxConcurrency: 2 },
      { input: '{"l":[1, {"a":[]}]}', inspectionLevel: 'DEBUG', mock: { result: '[1,2]' } },
    )
    expect(output).to.equal('[1,2]')
    expect(inspectionData).to.deep.include({
      afterItemsPath: '[1, {"a": []}]',
      afterItemSelector: '[{"v":1},{"v":{"a":[]}}]',
      maxConcurrency: 2,
      toleratedFailurePercentage: 50,
    })
    expect((await answer(parallel, { mock: { result: '[1]' } })).output).to.equal('[1]')
    expect((await answer(parallel, { mock: { errorOutput: { error: 'E' } } })).error).to.equal('E')
    expect(
      (
        await answer(
          { ...map, ItemProcessor: { StartAt: 'I', States: { I: pass } } },
          { input: '{"l":[]}', mock: { result: '[]' } },
        )
      ).output,
    ).to.equal('[]')
  })

  it('reads the items of an ItemReader from the configuration, or counts none', async () => {
    const reading = {
      ...map,
      ItemsPath: undefined,
      ItemReader: { Resource: 'arn:aws:states:::s3:getObject' },
      ToleratedFailureCountPath: '$.t',
    }
    const test = (stateConfiguration: TestStateRequest['stateConfiguration']) =>
      run(reading, {
        input: '{"t":1}',
        mock: { result: '[1]' },
        ...(stateConfiguration === undefined ? {} : { stateConfiguration }),
      })
    expect(await test({ mapItemReaderData: '[1,2,3]', mapIterationFailureCount: 2 })).to.nested.include({
      'response.error': 'States.ExceedToleratedFailureThreshold',
    })
    expect(await test({ mapItemReaderData: '5' })).to.include({ message: 'MapItemReaderData must be an array.' })
    expect(await test({ mapItemReaderData: '{' })).to.include({ message: 'MapItemReaderData must be a valid JSON.' })
    expect(await test({ mapIterationFailureCount: 1 })).to.include({
      message: 'Map iteration failure count must be less than or equal to the number of Map iterations',
    })
    expect(await test({ mapItemReaderData: '[1,2,3]', mapIterationFailureCount: 1 })).to.nested.include({
      'response.status': 'SUCCEEDED',
    })
    expect(
      (await answer({ ...map, MaxConcurrency: 1 }, { input: '{"l":[1]}', mock: { errorOutput: { error: 'E' } } }))
        .error,
    ).to.equal('E')
    expect(await test(undefined)).to.nested.include({ 'response.status': 'SUCCEEDED' })
  })

  it('lets the caller say what the context is', async () => {
    const definition = { ...pass, Parameters: { 'c.$': '$$' } }
    const context = (text: string) => answer(definition, { context: text })
    expect((await context('{"Execution":{"Id":"x"},"State":5}')).output).to.equal(
      '{"c":{"Execution":{"Id":"x"},"State":5}}',
    )
    const own = JSON.parse((await answer(definition, { roleArn: role })).output!) as { c: { Execution: JsonObject } }
    expect(own.c.Execution.Id).to.match(/^arn:aws:states:us-east-1:123456789012:express:[\w-]{36}:[\w-]{36}$/)
    expect(await refusal(definition, { context: '5' })).to.equal(
      'ValidationException: Invalid Context object provided: it must be a JSON object',
    )
    expect(await refusal(definition, { context: '{' })).to.equal(
      'ValidationException: Invalid Context object provided: it must be a valid JSON',
    )
    expect(await refusal(definition, { context: '{"Foo":1}' })).to.equal(
      "ValidationException: Invalid Context object provided: Field 'Foo' is not allowed",
    )
    expect(await refusal(definition, { context: '{"Task":{"Foo":1}}' })).to.equal(
      "ValidationException: Invalid Context object provided: Field 'Foo' is not allowed",
    )
  })

  const refused: readonly (readonly [what: string, definition: unknown, fields: Fields, message: string])[] = [
    [
      'text that is no JSON',
      '{',
      {},
      "InvalidDefinition: Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: The definition is not valid JSON at /'",
    ],
    [
      'a definition that is no object',
      '5',
      {},
      "InvalidDefinition: Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: The definition is not valid JSON at /'",
    ],
    [
      'an invalid state',
      { Type: 'Pass', Foo: 1 },
      {},
      "InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Field 'Foo' is not supported at /States/StateName'",
    ],
    [
      'a resource that is not to be had',
      task,
      { rejectResource: () => 'no' },
      "InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: no at /States/StateName/Resource'",
    ],
    [
      'an input that is no JSON',
      pass,
      { input: '{' },
      "InvalidExecutionInput: Invalid State Machine Execution Input: '{'",
    ],
    [
      'variables that are no JSON',
      pass,
      { variables: '{' },
      'ValidationException: Invalid variables provided: they must be a valid JSON',
    ],
    [
      'a task without role and mock',
      task,
      {},
      'ValidationException: RoleArn must be specified when testing a Task state',
    ],
    [
      'a Map without a mock',
      map,
      {},
      'InvalidDefinition: TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]',
    ],
    [
      'a count of failures without a mock',
      map,
      { stateConfiguration: { mapIterationFailureCount: 0 } },
      'ValidationException: TestState does not support MapIterationFailureCount when a mock is not specified.',
    ],
    [
      'a mock of a Pass',
      pass,
      { mock: { result: '1' } },
      "ValidationException: State type 'Pass' is not supported when a mock is specified",
    ],
    [
      'two mocks at once',
      task,
      { mock: { result: '1', errorOutput: {} } },
      'ValidationException: A test mock should have only one of the following fields: [result, errorOutput].',
    ],
    [
      'a mock that is no JSON',
      task,
      { mock: { result: '{' } },
      'ValidationException: Mocked result must be a valid JSON.',
    ],
    [
      'a mocked Map result that is no list',
      map,
      { mock: { result: '{}' } },
      'ValidationException: Mocked result must be an array.',
    ],
  ]
  for (const [what, definition, fields, message] of refused) {
    it(`refuses ${what}`, async () => expect(await refusal(definition, fields)).to.equal(message))
  }

  it('passes on what is no failure of the state', async () => {
    const broken = {
      hash: () => {
        throw new RangeError('a bug')
      },
    }
    const definition = (field: object) => ({ ...pass, ...field })
    const failing = [definition({ Parameters: { 'h.$': "States.Hash('a', 'MD5')" } })]
    for (const subject of failing) {
      expect(
        await run(subject, { ports: broken }).then(
          () => 'nothing',
          (error: Error) => error.message,
        ),
      ).to.equal('a bug')
    }
  })
})

describe('mocked results', () => {
  const check = (resource: string, result: string, fieldValidationMode?: 'STRICT' | 'PRESENT' | 'NONE') =>
    refusal(
      { Type: 'Task', Resource: resource, End: true },
      { mock: { result, ...(fieldValidationMode === undefined ? {} : { fieldValidationMode }) } },
    )
  const start = 'arn:aws:states:::states:startExecution'
  const getObject = 'arn:aws:states:::aws-sdk:s3:getObject'

  const wrong: readonly (readonly [resource: string, result: string, detail: string])[] = [
    [start, '{}', "Required field 'ExecutionArn' is missing"],
    [start, '{"ExecutionArn":1,"StartDate":"d"}', "Field 'ExecutionArn' must be a string"],
    [start, '5', "Field '' must be an object"],
    [getObject, '{"ContentLength":"1"}', "Field 'ContentLength' must be a number"],
    [getObject, '{"DeleteMarker":"x"}', "Field 'DeleteMarker' must be a boolean"],
    [getObject, '{"StorageClass":"Papyrus"}', "Field 'StorageClass' is not an expected value"],
    ['arn:aws:states:::events:putEvents', '{"Entries":5}', "Field 'Entries' must be an array"],
    [
      'arn:aws:states:::events:putEvents',
      '{"Entries":[{"EventId":"a"},{"EventId":[]}]}',
      "Field 'EventId' must be a string",
    ],
    [
      'arn:aws:states:::aws-sdk:lambda:getFunction',
      '{"Configuration":{"MemorySize":1}}',
      "Field 'MemorySize' is less than the minimum value",
    ],
    [
      'arn:aws:states:::aws-sdk:lambda:getFunction',
      '{"Configuration":{"MemorySize":99999}}',
      "Field 'MemorySize' exceeds the maximum value",
    ],
  ]
  for (const [resource, result, detail] of wrong) {
    it(`are held against the API: ${detail}`, async () => {
      expect(await check(resource, result)).to.equal(
        `ValidationException: Mock result schema validation error: ${detail}`,
      )
    })
  }

  it('may leave out what is required when only what is present counts, and anything when nothing does', async () => {
    expect(await check(start, '{}', 'PRESENT')).to.contain('SUCCEEDED')
    expect(await check('arn:aws:states:::events:putEvents', '{"Entries":[]}')).to.contain('SUCCEEDED')
    expect(await check(start, '5', 'NONE')).to.contain('SUCCEEDED')
    expect(await check(getObject, '{"ContentLength":null,"DeleteMarker":true,"StorageClass":"GLACIER"}')).to.contain(
      'SUCCEEDED',
    )
    expect(await check('arn:aws:states:::states:startExecution.sync', '5')).to.contain('SUCCEEDED')
    expect(await check('arn:aws:lambda:us-east-1:123456789012:function:f', '5')).to.contain('SUCCEEDED')
  })
})
