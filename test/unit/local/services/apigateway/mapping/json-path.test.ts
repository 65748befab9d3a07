import { expect } from 'chai'
import { findJsonPath } from '../../../../../../local/services/apigateway/mapping/json-path.ts'

const DOCUMENT = { a: { b: [1, { c: null }] }, 'x y': true, s: 'text' }

const CASES: [path: string, found: unknown][] = [
  ['$', DOCUMENT],
  ['$.a.b[0]', 1],
  ['a.b[1].c', null],
  ["$['x y']", true],
  ['$["x y"]', true],
  ['$.a.missing', undefined],
  ['$.s.length', undefined],
  ['$.a.constructor', undefined],
  ['$.a.b[*]', [1, { c: null }]],
  ['$..c', [null]],
]

describe('findJsonPath', () => {
  for (const [path, found] of CASES) {
    it(`finds ${JSON.stringify(found) ?? 'nothing'} at ${path}`, () => {
      expect(findJsonPath(DOCUMENT, path)).to.deep.equal(found)
    })
  }
})
