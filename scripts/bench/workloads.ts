/** A machine that both interpreters run, and what one run of it counts. */
export interface Workload {
  name: string
  definition: Record<string, unknown>
  input: unknown
  /** State transitions in one run. */
  transitions: number
}

const CHAIN = 100
const TURNS = 1_000
const ITEMS = 1_000

const passChain = (rest: object): Record<string, unknown> => {
  const states = Array.from({ length: CHAIN }, (_, index) => {
    const onward = index === CHAIN - 1 ? { End: true } : { Next: `Step ${index + 1}` }
    return [`Step ${index}`, { Type: 'Pass', ...onward }]
  })
  return { ...rest, StartAt: 'Step 0', States: Object.fromEntries(states) }
}

const counterInJsonPath = {
  StartAt: 'Count',
  States: {
    Count: { Type: 'Pass', Parameters: { 'count.$': 'States.MathAdd($.count, 1)' }, Next: 'Enough?' },
    'Enough?': {
      Type: 'Choice',
      Choices: [{ Variable: '$.count', NumericLessThan: TURNS, Next: 'Count' }],
      Default: 'Done',
    },
    Done: { Type: 'Succeed' },
  },
}

const counterInJsonata = {
  QueryLanguage: 'JSONata',
  StartAt: 'Count',
  States: {
    Count: { Type: 'Pass', Output: { count: '{% $states.input.count + 1 %}' }, Next: 'Enough?' },
    'Enough?': {
      Type: 'Choice',
      Choices: [{ Condition: `{% $states.input.count < ${TURNS} %}`, Next: 'Count' }],
      Default: 'Done',
    },
    Done: { Type: 'Succeed' },
  },
}

const mapOver = (rest: object, items: object): Record<string, unknown> => ({
  ...rest,
  StartAt: 'Each',
  States: {
    Each: {
      Type: 'Map',
      ...items,
      ItemProcessor: { StartAt: 'Keep', States: { Keep: { Type: 'Pass', End: true } } },
      End: true,
    },
  },
})

const items = { items: Array.from({ length: ITEMS }, (_, index) => index) }
const COUNTED = { count: 0 }
const COUNTER_TRANSITIONS = TURNS * 2 + 1

/** What the peer can run too. */
export const JSONPATH_WORKLOADS: Workload[] = [
  { name: `${CHAIN}-state Pass chain`, definition: passChain({}), input: { a: 1 }, transitions: CHAIN },
  { name: `${TURNS}-turn counter`, definition: counterInJsonPath, input: COUNTED, transitions: COUNTER_TRANSITIONS },
  {
    name: `${ITEMS}-item Map`,
    definition: mapOver({}, { ItemsPath: '$.items' }),
    input: items,
    transitions: ITEMS + 1,
  },
]

/** The same in JSONata, which the peer leaves unread. */
export const JSONATA_WORKLOADS: Workload[] = [
  {
    name: `${CHAIN}-state Pass chain, JSONata`,
    definition: passChain({ QueryLanguage: 'JSONata' }),
    input: { a: 1 },
    transitions: CHAIN,
  },
  {
    name: `${TURNS}-turn counter, JSONata`,
    definition: counterInJsonata,
    input: COUNTED,
    transitions: COUNTER_TRANSITIONS,
  },
  {
    name: `${ITEMS}-item Map, JSONata`,
    definition: mapOver({ QueryLanguage: 'JSONata' }, { Items: '{% $states.input.items %}' }),
    input: items,
    transitions: ITEMS + 1,
  },
]
