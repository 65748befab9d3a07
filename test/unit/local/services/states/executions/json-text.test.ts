import { expect } from 'chai'
import { jsonProblem } from '../../../../../../local/services/states/executions/json-text.ts'

describe('What is wrong with a JSON text', () => {
  const cases: [string, string | undefined][] = [
    ['{"a":[1,2,null]}', undefined],
    ['2', undefined],
    ['', 'No content to map due to end-of-input'],
    [
      'not some json',
      "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
    ],
    ["{'a': 1}", "Unexpected character (''' (code 39)): was expecting double-quote to start field name"],
    [
      '<xml/>',
      "Unexpected character ('<' (code 60)): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
    ],
    ['{"a": 1', 'Unexpected end-of-input: expected close marker'],
  ]
  for (const [text, problem] of cases)
    it(`${problem === undefined ? 'is nothing in' : 'is told of'} ${JSON.stringify(text)}`, () => {
      expect(jsonProblem(text)).to.equal(problem)
    })
})
