import { expect } from 'chai'
import { compileMachine } from '../../../../../local/interpreter/compile.ts'
import type { ValidateOptions } from '../../../../../local/interpreter/contract.ts'
import { DefinitionError } from '../../../../../local/interpreter/validation/definition-error.ts'
import { validateDefinition } from '../../../../../local/interpreter/validation/validate-definition.ts'

const standard: ValidateOptions = { type: 'STANDARD' }

/** `message at location` of every finding. */
const findings = (definition: unknown, options = standard): string[] => {
  const text = typeof definition === 'string' ? definition : JSON.stringify(definition)
  return validateDefinition(text, options).map(({ message, location }) => `${message} at ${location}`)
}

const machine = (state: object, extra: object = {}): object => ({ StartAt: 'S', States: { S: state }, ...extra })
const inS = (state: object, extra: object = {}): string[] => findings(machine(state, extra))

const pass = { Type: 'Pass', End: true }
const task = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', End: true }
const processor = { StartAt: 'I', States: { I: pass } }
const map = { Type: 'Map', ItemProcessor: processor, End: true }
const distributed = {
  ...map,
  ItemProcessor: { ...processor, ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } },
}
const choice = (...rules: object[]): object => ({
  StartAt: 'S',
  States: { S: { Type: 'Choice', Choices: rules, Default: 'D' }, D: pass },
})
const jsonata = { QueryLanguage: 'JSONata' }

describe('the definition', () => {
  const broken: readonly (readonly [what: string, definition: unknown, finding: string])[] = [
    ['text that is no JSON', '{', 'The definition is not valid JSON at /'],
    ['something that is no object', [], 'Expected value of type Object at /'],
    ['an empty object', {}, 'These fields are required: [States, StartAt] at /'],
    ['an unknown field', machine(pass, { Foo: 1 }), "Field 'Foo' is not supported at /"],
    [
      'an unknown query language',
      machine(pass, { QueryLanguage: 'SQL' }),
      'Value is not one of [JSONPath, JSONata] at /QueryLanguage',
    ],
    [
      'a timeout that is no number',
      machine(pass, { TimeoutSeconds: 'x' }),
      'Expected value of type Integer at /TimeoutSeconds',
    ],
    ['a comment that is no text', machine(pass, { Comment: 5 }), 'Expected value of type String at /Comment'],
    ['states that are no object', { StartAt: 'S', States: [] }, 'Expected value of type Object at /States'],
    ['no states', { StartAt: 'S', States: {} }, 'States must not be empty at /States'],
    ['a start that is no text', { StartAt: 1, States: { S: pass } }, 'Expected value of type String at /StartAt'],
    ['a start that is not there', { StartAt: 'X', States: { S: pass } }, "Missing 'StartAt' target: X at /StartAt"],
    ['a state that is no object', { StartAt: 'S', States: { S: 1 } }, 'Expected value of type Object at /States/S'],
    ['a state without a type', machine({ End: true }), 'These fields are required: [Type] at /States/S'],
    ['an unknown type', machine({ Type: 'Nap' }), "Unknown state type 'Nap' at /States/S/Type"],
    ['a type that every object has', machine({ Type: 'toString' }), "Unknown state type 'toString' at /States/S/Type"],
  ]
  for (const [what, definition, finding] of broken) {
    it(`is refused for ${what}`, () => expect(findings(definition)).to.include(finding))
  }

  it('may be nothing but valid', () => {
    expect(
      findings(machine(pass, { Comment: 'c', Version: '1.0', TimeoutSeconds: 5, QueryLanguage: 'JSONPath' })),
    ).to.deep.equal([])
    expect(compileMachine(JSON.stringify(machine(pass, { Comment: 'c' })), standard)).to.include({
      comment: 'c',
      queryLanguage: 'JSONPath',
    })
  })

  it('is refused by the compiler with every finding', () => {
    const text = JSON.stringify({ StartAt: 'S', States: { S: { Type: 'Pass', Foo: 1, Bar: 2, End: true } } })
    const reason =
      "SCHEMA_VALIDATION_FAILED: Field 'Foo' is not supported at /States/S, SCHEMA_VALIDATION_FAILED: Field 'Bar' is not supported at /States/S"
    expect(() => compileMachine(text, standard))
      .to.throw(DefinitionError, reason)
      .with.property('diagnostics')
      .with.length(2)
  })
})

describe('a state', () => {
  const broken: readonly (readonly [what: string, state: object, finding: string])[] = [
    ['an unknown field', { ...pass, Foo: 1 }, "Field 'Foo' is not supported at /States/S"],
    [
      'neither Next nor End',
      { Type: 'Pass' },
      "The field 'Next' or 'End' is required, and only one of them at /States/S",
    ],
    [
      'both Next and End',
      { ...pass, Next: 'S' },
      "The field 'Next' or 'End' is required, and only one of them at /States/S",
    ],
    ['a Next that is not there', { Type: 'Pass', Next: 'X' }, "Missing 'Next' target: X at /States/S/Next"],
    ['an End that is no boolean', { ...pass, End: 'yes' }, 'Expected value of type Boolean at /States/S/End'],
    ['a path that is none', { ...pass, InputPath: 'x' }, 'Value is not a valid JSONPath at /States/S/InputPath'],
    [
      'a result path with a wildcard',
      { ...pass, ResultPath: '$.a[*]' },
      'Value is not a valid Reference Path at /States/S/ResultPath',
    ],
    [
      'a result path that is no path',
      { ...pass, ResultPath: 5 },
      'Value is not a valid JSONPath at /States/S/ResultPath',
    ],
    [
      'a template with a broken path',
      { ...pass, Parameters: { a: [{ 'b.$': 'x' }] } },
      "The value for the field 'b.$' must be a valid JSONPath or a valid intrinsic function call at /States/S/Parameters/a[0]",
    ],
    [
      'a template with a broken function',
      { ...pass, Parameters: { 'b.$': 'States.Nope()' } },
      "The value for the field 'b.$' must be a valid JSONPath or a valid intrinsic function call at /States/S/Parameters",
    ],
    ['an Assign that is no object', { ...pass, Assign: 5 }, 'Expected value of type Object at /States/S/Assign'],
    [
      'JSONata fields in JSONPath',
      { ...pass, Output: 1 },
      "Field 'Output' is not supported with QueryLanguage JSONPath at /States/S",
    ],
    [
      'JSONPath fields in JSONata',
      { ...pass, ...jsonata, InputPath: '$' },
      "Field 'InputPath' is not supported with QueryLanguage JSONata at /States/S",
    ],
    [
      'broken JSONata',
      { ...pass, ...jsonata, Output: { a: ['{% 1 + %}'] } },
      'Invalid JSONata expression: Unexpected end of expression at /States/S/Output/a[0]',
    ],
    ['a task without a resource', { Type: 'Task', End: true }, 'These fields are required: [Resource] at /States/S'],
    ['a resource that is no text', { ...task, Resource: 5 }, 'Expected value of type String at /States/S/Resource'],
    [
      'a resource that is no ARN',
      { ...task, Resource: 'lambda' },
      'Value is not a valid resource ARN at /States/S/Resource',
    ],
    [
      'an integration pattern nobody has',
      { ...task, Resource: 'arn:aws:states:::sqs:sendMessage.later' },
      'Value is not a valid resource ARN at /States/S/Resource',
    ],
    [
      'credentials without a role',
      { ...task, Credentials: {} },
      "The field 'RoleArn' is required but was missing at /States/S/Credentials",
    ],
    [
      'credentials that are no object',
      { ...task, Credentials: 5 },
      'Expected value of type Object at /States/S/Credentials',
    ],
    [
      'two timeouts',
      { ...task, TimeoutSeconds: 5, TimeoutSecondsPath: '$.t' },
      'At most one of these fields may be given: [TimeoutSeconds, TimeoutSecondsPath] at /States/S',
    ],
    [
      'two heartbeats',
      { ...task, HeartbeatSeconds: 5, HeartbeatSecondsPath: '$.t' },
      'At most one of these fields may be given: [HeartbeatSeconds, HeartbeatSecondsPath] at /States/S',
    ],
    [
      'a timeout of nothing',
      { ...task, TimeoutSeconds: 0 },
      'Value must be between 1 and 99999999 at /States/S/TimeoutSeconds',
    ],
    [
      'a fractional timeout',
      { ...task, TimeoutSeconds: 1.5 },
      'Expected value of type Integer at /States/S/TimeoutSeconds',
    ],
    [
      'a wait for nothing',
      { Type: 'Wait', End: true },
      'Exactly one of these fields is required: [Seconds, SecondsPath, Timestamp, TimestampPath] at /States/S',
    ],
    [
      'a wait for two things',
      { Type: 'Wait', Seconds: 1, SecondsPath: '$.s', End: true },
      'Exactly one of these fields is required: [Seconds, SecondsPath, Timestamp, TimestampPath] at /States/S',
    ],
    [
      'a timestamp that is none',
      { Type: 'Wait', Timestamp: 'x', End: true },
      'String does not match RFC3339 timestamp at /States/S/Timestamp',
    ],
    [
      'two errors',
      { Type: 'Fail', Error: 'E', ErrorPath: '$.e' },
      'At most one of these fields may be given: [Error, ErrorPath] at /States/S',
    ],
    [
      'two causes',
      { Type: 'Fail', Cause: 'E', CausePath: '$.e' },
      'At most one of these fields may be given: [Cause, CausePath] at /States/S',
    ],
    [
      'a cause path that is none',
      { Type: 'Fail', CausePath: 'x' },
      'The value must be a valid JSONPath or a valid intrinsic function call at /States/S/CausePath',
    ],
    ['no branches', { Type: 'Parallel', End: true }, 'These fields are required: [Branches] at /States/S'],
    [
      'an empty list of branches',
      { Type: 'Parallel', Branches: [], End: true },
      'Array must not be empty at /States/S/Branches',
    ],
    [
      'branches that are no list',
      { Type: 'Parallel', Branches: {}, End: true },
      'Expected value of type Array at /States/S/Branches',
    ],
    [
      'a branch that is no object',
      { Type: 'Parallel', Branches: [1], End: true },
      'Expected value of type Object at /States/S/Branches[0]',
    ],
    [
      'an error inside a branch',
      { Type: 'Parallel', Branches: [{ StartAt: 'A', States: { A: { Type: 'Pass' } } }], End: true },
      "The field 'Next' or 'End' is required, and only one of them at /States/S/Branches[0]/States/A",
    ],
    [
      'a name that is used again inside',
      { Type: 'Parallel', Branches: [{ StartAt: 'S', States: { S: pass } }], End: true },
      'Duplicate state name: S at /States/S/Branches[0]/States/S',
    ],
    [
      'a Map without a processor',
      { Type: 'Map', End: true },
      'These fields are required: [ItemProcessor] at /States/S',
    ],
    [
      'a processor that is no object',
      { Type: 'Map', ItemProcessor: 1, End: true },
      'Expected value of type Object at /States/S/ItemProcessor',
    ],
    [
      'an error inside an iterator',
      { Type: 'Map', Iterator: { StartAt: 'X', States: { I: pass } }, End: true },
      "Missing 'StartAt' target: X at /States/S/Iterator/StartAt",
    ],
    [
      'distributed fields of an inline Map',
      { ...map, Label: 'x' },
      "Field 'Label' is not supported for a Map state in INLINE mode at /States/S",
    ],
    ['an empty label', { ...distributed, Label: '' }, 'Label must have between 1 and 40 characters at /States/S/Label'],
    ['a label that is no text', { ...distributed, Label: 5 }, 'Expected value of type String at /States/S/Label'],
    [
      'a label with a space',
      { ...distributed, Label: 'a b' },
      "Label contains invalid character: ' ' at /States/S/Label",
    ],
    [
      'a percentage over 100',
      { ...distributed, ToleratedFailurePercentage: 100.5 },
      'Value must be between 0 and 100 at /States/S/ToleratedFailurePercentage',
    ],
    ['a negative concurrency', { ...map, MaxConcurrency: -1 }, 'Value must be at least 0 at /States/S/MaxConcurrency'],
    [
      'a reader that is no object',
      { ...distributed, ItemReader: 5 },
      'Expected value of type Object at /States/S/ItemReader',
    ],
    [
      'a reader of something else',
      { ...distributed, ItemReader: { Resource: 'arn', ReaderConfig: { InputType: 'XML' } } },
      'Value is not one of [CSV, JSON, JSONL, MANIFEST, PARQUET] at /States/S/ItemReader/ReaderConfig/InputType',
    ],
    [
      'a batcher of nothing',
      { ...distributed, ItemBatcher: { MaxItemsPerBatch: 0 } },
      'Value must be at least 1 at /States/S/ItemBatcher/MaxItemsPerBatch',
    ],
    [
      'a writer of something else',
      { ...distributed, ResultWriter: { WriterConfig: { OutputType: 'XML' } } },
      'Value is not one of [JSON, JSONL] at /States/S/ResultWriter/WriterConfig/OutputType',
    ],
  ]
  for (const [what, state, finding] of broken) {
    it(`is refused for ${what}`, () => expect(inS(state)).to.include(finding))
  }

  it('may not go back to JSONPath in a JSONata machine', () => {
    expect(inS({ ...pass, QueryLanguage: 'JSONPath' }, jsonata)).to.deep.equal([
      "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at /States/S",
    ])
  })

  it('may not have a name of more than 80 characters', () => {
    const name = 'x'.repeat(81)
    expect(findings({ StartAt: name, States: { [name]: pass } })[0]).to.match(
      /^State name must have at most 80 characters/,
    )
  })

  const good: readonly object[] = [
    { ...pass, InputPath: null, OutputPath: null, ResultPath: null, Result: null, Comment: 'c' },
    { ...pass, ...jsonata, Output: ['x', 1, null, '{% 1 %}'], Assign: { a: '{% $states.input %}' } },
    {
      ...task,
      Credentials: { 'RoleArn.$': '$.r' },
      ResultSelector: { 'a.$': "States.Format('{}', $)" },
      TimeoutSecondsPath: '$.t',
      HeartbeatSecondsPath: '$.h',
    },
    {
      ...task,
      ...jsonata,
      Arguments: '{% $states.input %}',
      TimeoutSeconds: '{% 5 %}',
      Credentials: { RoleArn: '{% $r %}' },
    },
    { Type: 'Wait', ...jsonata, Timestamp: '{% $t %}', End: true },
    { Type: 'Wait', Timestamp: '2024-01-01T00:00:00Z', End: true },
    { Type: 'Succeed', InputPath: '$' },
    { Type: 'Fail', ...jsonata, Error: '{% $e %}', Cause: 'plain' },
    { Type: 'Fail', ErrorPath: "States.Format('{}', $.e)", CausePath: '$.c' },
    {
      ...distributed,
      Label: 'L',
      ItemReader: {
        Resource: 'arn',
        Parameters: {},
        ReaderConfig: { InputType: 'CSV', CSVHeaders: ['a'], MaxItemsPath: '$.m' },
      },
      ItemBatcher: { MaxItemsPerBatchPath: '$.b', BatchInput: {} },
      ResultWriter: {
        Resource: 'arn',
        Parameters: {},
        WriterConfig: { OutputType: 'JSONL', Transformation: 'FLATTEN' },
      },
      ToleratedFailureCountPath: '$.c',
    },
    { ...map, Iterator: undefined, ItemSelector: { 'a.$': '$$.Map.Item.Value' }, ToleratedFailureCount: 3 },
  ]
  for (const state of good)
    it(`may be ${JSON.stringify(state).slice(0, 70)}`, () => expect(inS(state)).to.deep.equal([]))
})

describe('Retry and Catch', () => {
  const withRetry = (...Retry: unknown[]) => inS({ ...task, Retry })
  const withCatch = (...Catch: unknown[]) => inS({ ...task, Catch })

  it('are lists of objects', () => {
    expect(inS({ ...task, Retry: {} })).to.deep.equal(['Expected value of type Array at /States/S/Retry'])
    expect(withCatch(5)).to.deep.equal(['Expected value of type Object at /States/S/Catch[0]'])
  })

  it('name the errors they are for', () => {
    expect(withRetry({})).to.deep.equal(['These fields are required: [ErrorEquals] at /States/S/Retry[0]'])
    expect(withRetry({ ErrorEquals: [] })).to.deep.equal(['Array must not be empty at /States/S/Retry[0]/ErrorEquals'])
    expect(withRetry({ ErrorEquals: 'E' })).to.deep.equal([
      'Expected value of type Array at /States/S/Retry[0]/ErrorEquals',
    ])
    expect(withRetry({ ErrorEquals: ['States.Nope'] })).to.deep.equal([
      'Unknown reserved error name States.Nope at /States/S/Retry[0]/ErrorEquals',
    ])
    expect(withRetry({ ErrorEquals: ['States.Permissions', 'States.Http.Socket'] })).to.deep.equal([])
  })

  it('name States.ALL alone and last', () => {
    expect(withRetry({ ErrorEquals: ['States.ALL', 'E'] })).to.deep.equal([
      'States.ALL must appear alone at /States/S/Retry[0]/ErrorEquals',
    ])
    expect(withRetry({ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['E'] })).to.deep.equal([
      'States.ALL must be in the last element at /States/S/Retry[0]/ErrorEquals',
    ])
  })

  it('keep to their ranges', () => {
    expect(withRetry({ ErrorEquals: ['E'], IntervalSeconds: 0 })).to.deep.equal([
      'Value must be between 1 and 99999999 at /States/S/Retry[0]/IntervalSeconds',
    ])
    expect(withRetry({ ErrorEquals: ['E'], BackoffRate: 0.5 })).to.deep.equal([
      'Value must be at least 1 at /States/S/Retry[0]/BackoffRate',
    ])
    expect(withRetry({ ErrorEquals: ['E'], BackoffRate: 'x' })).to.deep.equal([
      'Expected value of type Float at /States/S/Retry[0]/BackoffRate',
    ])
    expect(withRetry({ ErrorEquals: ['E'], JitterStrategy: 'SOME' })).to.deep.equal([
      'Value is not one of [FULL, NONE] at /States/S/Retry[0]/JitterStrategy',
    ])
  })

  it('go somewhere', () => {
    expect(withCatch({ ErrorEquals: ['E'] })).to.deep.equal(['These fields are required: [Next] at /States/S/Catch[0]'])
    expect(withCatch({ ErrorEquals: ['E'], Next: 'X' })).to.deep.equal([
      "Missing 'Next' target: X at /States/S/Catch[0]/Next",
    ])
    expect(withCatch({ ErrorEquals: ['E'], Next: 'S', ResultPath: null, Assign: {}, Comment: 'c' })).to.deep.equal([])
  })
})

describe('Choice rules', () => {
  const broken: readonly (readonly [what: string, definition: object, finding: string])[] = [
    [
      'no list',
      { StartAt: 'S', States: { S: { Type: 'Choice', Choices: 1 } } },
      'Expected value of type Array at /States/S/Choices',
    ],
    ['an empty list', choice(), 'Array must not be empty at /States/S/Choices'],
    ['a rule that is no object', choice(5 as never), 'Expected value of type Object at /States/S/Choices[0]'],
    [
      'a rule without a target',
      choice({ Variable: '$.a', IsNull: true }),
      'These fields are required: [Next] at /States/S/Choices[0]',
    ],
    [
      'a target that is not there',
      choice({ Variable: '$.a', IsNull: true, Next: 'X' }),
      "Missing 'Next' target: X at /States/S/Choices[0]/Next",
    ],
    [
      'a rule without a variable',
      choice({ IsNull: true, Next: 'D' }),
      'These fields are required: [Variable] at /States/S/Choices[0]',
    ],
    [
      'two comparisons',
      choice({ Variable: '$.a', IsNull: true, IsString: true, Next: 'D' }),
      'A Choice Rule must have exactly one comparison operator at /States/S/Choices[0]',
    ],
    [
      'an unknown comparison',
      choice({ Variable: '$.a', StringLike: 'x', Next: 'D' }),
      "Field 'StringLike' is not supported at /States/S/Choices[0]",
    ],
    [
      'an operand of another type',
      choice({ Variable: '$.a', StringEquals: 5, Next: 'D' }),
      'Expected value of type String at /States/S/Choices[0]/StringEquals',
    ],
    [
      'a number that is text',
      choice({ Variable: '$.a', NumericEquals: '5', Next: 'D' }),
      'Expected value of type Float at /States/S/Choices[0]/NumericEquals',
    ],
    [
      'a boolean that is text',
      choice({ Variable: '$.a', BooleanEquals: 'true', Next: 'D' }),
      'Expected value of type Boolean at /States/S/Choices[0]/BooleanEquals',
    ],
    [
      'a timestamp that is none',
      choice({ Variable: '$.a', TimestampEquals: 'x', Next: 'D' }),
      'String does not match RFC3339 timestamp at /States/S/Choices[0]/TimestampEquals',
    ],
    [
      'a path that is none',
      choice({ Variable: '$.a', StringEqualsPath: 'x', Next: 'D' }),
      'Value is not a valid JSONPath at /States/S/Choices[0]/StringEqualsPath',
    ],
    [
      'an And of nothing',
      choice({ And: [], Next: 'D' }),
      'Expected a non-empty value of type Array at /States/S/Choices[0]/And',
    ],
    [
      'an Or that is no list',
      choice({ Or: {}, Next: 'D' }),
      'Expected a non-empty value of type Array at /States/S/Choices[0]/Or',
    ],
    ['a Not of nothing', choice({ Not: 5, Next: 'D' }), 'Expected value of type Object at /States/S/Choices[0]/Not'],
    [
      'an error deep inside',
      choice({ And: [{ Not: { Variable: '$.a' } }], Next: 'D' }),
      'A Choice Rule must have exactly one comparison operator at /States/S/Choices[0]/And[0]/Not',
    ],
    [
      'a JSONata rule without a condition',
      { ...choice({ Next: 'D' }), ...jsonata },
      'These fields are required: [Condition] at /States/S/Choices[0]',
    ],
    [
      'a condition that is a number',
      { ...choice({ Next: 'D', Condition: 5 }), ...jsonata },
      'Value must be a valid JSONata expression at /States/S/Choices[0]/Condition',
    ],
    [
      'a condition that is no expression',
      { ...choice({ Next: 'D', Condition: 'yes' }), ...jsonata },
      'Value must be a valid JSONata expression at /States/S/Choices[0]/Condition',
    ],
  ]
  for (const [what, definition, finding] of broken) {
    it(`are refused for ${what}`, () => expect(findings(definition)).to.include(finding))
  }

  it('may combine, comment and assign', () => {
    const rule = {
      Comment: 'c',
      Or: [{ Variable: '$.a', StringMatches: 'x*', Comment: 'd' }],
      Assign: { a: 1 },
      Next: 'D',
    }
    expect(findings(choice(rule))).to.deep.equal([])
    expect(findings({ ...choice({ Condition: true, Output: '{% 1 %}', Next: 'D' }), ...jsonata })).to.deep.equal([])
  })
})

describe('resources', () => {
  const express = (Resource: string) => findings(machine({ ...task, Resource }), { type: 'EXPRESS' })

  it('that wait have no place in an Express machine', () => {
    expect(express('arn:aws:states:::states:startExecution.sync:2')).to.deep.equal([
      "Express state machine does not support '.sync:2' service integration at /States/S/Resource",
    ])
    expect(express('arn:aws:states:::sqs:sendMessage.waitForTaskToken')).to.deep.equal([
      "Express state machine does not support '.waitForTaskToken' service integration at /States/S/Resource",
    ])
    expect(express('arn:aws:states:us-east-1:123456789012:activity:a')).to.deep.equal([
      'Express state machine does not support Activity ARN at /States/S/Resource',
    ])
    expect(express('arn:aws:states:::sqs:sendMessage')).to.deep.equal([])
    expect(express('arn:aws:lambda:us-east-1:123456789012:function:f:prod')).to.deep.equal([])
  })

  it('that are not to be had are refused with the reason', () => {
    const options: ValidateOptions = {
      type: 'STANDARD',
      rejectResource: ({ arn }) => (arn.includes('nope') ? `no ${arn}` : undefined),
    }
    expect(findings(machine({ ...task, Resource: 'arn:aws:states:::aws-sdk:nope:doIt' }), options)).to.deep.equal([
      'no arn:aws:states:::aws-sdk:nope:doIt at /States/S/Resource',
    ])
    expect(findings(machine(task), options)).to.deep.equal([])
  })
})
