import { expect } from 'chai'
import type { EventPattern, EventValue } from '../../../../../local/services/events/pattern/event-pattern.ts'
import { matchesPattern } from '../../../../../local/services/events/pattern/match-pattern.ts'
import { parsePattern } from '../../../../../local/services/events/pattern/parse-pattern.ts'

const event: EventValue = {
  source: 'aws.states',
  'detail-type': 'Step Functions Execution Status Change',
  resources: ['arn:aws:states:us-east-1:0:execution:merge:1', 'arn:b'],
  detail: {
    status: 'SUCCEEDED',
    parts: 7,
    ratio: 0.5,
    big: 300,
    ok: true,
    error: null,
    empty: '',
    none: [],
    address: '10.0.0.7',
    nested: { deep: { key: 'x' } },
    items: [
      { name: 'a', size: 1 },
      { name: 'b', size: 2 },
    ],
    path: 'merges/2025/plan.json',
    star: 'a*b',
  },
}

const detail = (pattern: EventPattern | EventPattern[string]): EventPattern => ({ detail: pattern as EventPattern })

const cases: Array<[name: string, pattern: EventPattern, matches: boolean]> = [
  ['an exact string', { source: ['aws.states'] }, true],
  ['one of several strings', { source: ['x', 'aws.states'] }, true],
  ['another string', { source: ['aws.s3'] }, false],
  ['the case of strings', { source: ['AWS.states'] }, false],
  ['two fields of which both hold', { source: ['aws.states'], detail: { status: ['SUCCEEDED'] } }, true],
  ['two fields of which one fails', { source: ['aws.states'], detail: { status: ['FAILED'] } }, false],
  ['a field that is not there', { nothing: ['x'] }, false],
  ['a field of the prototype', { constructor: ['x'] } as unknown as EventPattern, false],
  ['one element of an array', { resources: ['arn:b'] }, true],
  ['no element of an array', { resources: ['arn:c'] }, false],
  ['an exact number', detail({ parts: [7] }), true],
  ['a number written as text', detail({ parts: ['7'] }), false],
  ['a number in another notation', detail({ big: [3.0e2] }), true],
  ['a boolean', detail({ ok: [true] }), true],
  ['another boolean', detail({ ok: [false] }), false],
  ['null', detail({ error: [null] }), true],
  ['null against a missing field', detail({ missing: [null] }), false],
  ['an empty string', detail({ empty: [''] }), true],
  ['a leaf against an object', detail({ nested: ['x'] }), false],
  ['a nested field', detail({ nested: { deep: { key: ['x'] } } }), true],
  ['a pattern deeper than the event', detail({ status: { deep: ['x'] } }), false],
  ['a field inside objects of an array', detail({ items: { name: ['b'] } }), true],
  ['two fields of the same object of an array', detail({ items: { name: ['b'], size: [2] } }), true],
  ['two fields of different objects of an array', detail({ items: { name: ['b'], size: [1] } }), false],
  ['a prefix', { source: [{ prefix: 'aws.' }] }, true],
  ['a prefix that is elsewhere', { source: [{ prefix: 'states' }] }, false],
  ['a prefix on a number', detail({ parts: [{ prefix: '7' }] }), false],
  ['a prefix of an element', { resources: [{ prefix: 'arn:aws:states:' }] }, true],
  ['a prefix without regard to case', { source: [{ prefix: { 'equals-ignore-case': 'AWS.' } }] }, true],
  ['a suffix', detail({ path: [{ suffix: '.json' }] }), true],
  ['a suffix that is elsewhere', detail({ path: [{ suffix: 'merges' }] }), false],
  ['a suffix without regard to case', detail({ path: [{ suffix: { 'equals-ignore-case': '.JSON' } }] }), true],
  ['anything but another string', detail({ status: [{ 'anything-but': 'FAILED' }] }), true],
  ['anything but this string', detail({ status: [{ 'anything-but': 'SUCCEEDED' }] }), false],
  ['anything but a list without it', detail({ status: [{ 'anything-but': ['FAILED', 'ABORTED'] }] }), true],
  ['anything but a list with it', detail({ status: [{ 'anything-but': ['FAILED', 'SUCCEEDED'] }] }), false],
  ['anything but a number', detail({ parts: [{ 'anything-but': 8 }] }), true],
  ['anything but this number', detail({ parts: [{ 'anything-but': [7, 8] }] }), false],
  ['anything but, of a missing field', detail({ missing: [{ 'anything-but': 'x' }] }), false],
  ['anything but a prefix', detail({ status: [{ 'anything-but': { prefix: 'FAIL' } }] }), true],
  ['anything but its prefix', detail({ status: [{ 'anything-but': { prefix: 'SUCC' } }] }), false],
  ['anything but several prefixes', detail({ status: [{ 'anything-but': { prefix: ['A', 'SUCC'] } }] }), false],
  ['anything but a suffix', detail({ status: [{ 'anything-but': { suffix: 'DED' } }] }), false],
  [
    'anything but ignoring case',
    detail({ status: [{ 'anything-but': { 'equals-ignore-case': 'succeeded' } }] }),
    false,
  ],
  [
    'anything but a list ignoring case',
    detail({ status: [{ 'anything-but': { 'equals-ignore-case': ['a', 'b'] } }] }),
    true,
  ],
  ['anything but a wildcard', detail({ path: [{ 'anything-but': { wildcard: '*/plan.json' } }] }), false],
  ['anything but, with an array of which one element passes', { resources: [{ 'anything-but': 'arn:b' }] }, true],
  ['a number in a range', detail({ parts: [{ numeric: ['>', 0, '<=', 7] }] }), true],
  ['a number outside a range', detail({ parts: [{ numeric: ['>', 7, '<', 10] }] }), false],
  ['a number equal to a bound', detail({ ratio: [{ numeric: ['=', 0.5] }] }), true],
  ['a number from a bound on', detail({ parts: [{ numeric: ['>=', 7] }] }), true],
  ['a range on text', detail({ status: [{ numeric: ['>', 0] }] }), false],
  ['a field that exists', detail({ status: [{ exists: true }] }), true],
  ['a null that exists', detail({ error: [{ exists: true }] }), true],
  ['a field that does not exist', detail({ missing: [{ exists: false }] }), true],
  ['a field that should not exist', detail({ status: [{ exists: false }] }), false],
  ['a missing field that should exist', detail({ missing: [{ exists: true }] }), false],
  ['an object, which exists is not about', detail({ nested: [{ exists: true }] }), false],
  ['the absence of a field below a missing one', detail({ missing: { deeper: [{ exists: false }] } }), true],
  ['text ignoring case', detail({ status: [{ 'equals-ignore-case': 'succeeded' }] }), true],
  ['a wildcard', detail({ path: [{ wildcard: 'merges/*/plan.*' }] }), true],
  ['a wildcard for nothing', detail({ status: [{ wildcard: 'SUCCEEDED*' }] }), true],
  ['a wildcard with an escaped star', detail({ star: [{ wildcard: 'a\\*b' }] }), true],
  ['an escaped star against other text', detail({ path: [{ wildcard: 'merges/\\*/plan.json' }] }), false],
  ['dots of a wildcard literally', detail({ path: [{ wildcard: '*plan?json' }] }), false],
  ['an address in a network', detail({ address: [{ cidr: '10.0.0.0/24' }] }), true],
  ['an address in another network', detail({ address: [{ cidr: '10.0.1.0/24' }] }), false],
  ['text in a network', detail({ status: [{ cidr: '10.0.0.0/24' }] }), false],
  ['a filter beside an exact value', detail({ status: ['FAILED', { prefix: 'SUCC' }] }), true],
  ['$or of which one holds', detail({ $or: [{ status: ['FAILED'] }, { parts: [{ numeric: ['>', 5] }] }] }), true],
  ['$or of which none holds', detail({ $or: [{ status: ['FAILED'] }, { parts: [8] }] }), false],
  ['$or beside a field that fails', detail({ ok: [false], $or: [{ parts: [7] }, { parts: [8] }] }), false],
  ['$or at the top', { $or: [{ source: ['x'] }, { detail: { ok: [true] } }] }, true],
]

describe('matchesPattern', () => {
  for (const [name, pattern, matches] of cases) {
    it(`${matches ? 'matches' : 'does not match'} ${name}`, () => {
      expect(matchesPattern(parsePattern(pattern), event)).to.equal(matches)
    })
  }
})

describe('parsePattern', () => {
  const invalid: Array<[pattern: unknown, reason: RegExp]> = [
    ['{', /not valid JSON/],
    ['[]', /Filter is not an object/],
    [{}, /Empty objects/],
    [{ source: 'aws.states' }, /"source" must be an object or an array/],
    [{ source: [] }, /Empty arrays are not allowed at source/],
    [{ source: [['x']] }, /Arrays in arrays/],
    [{ source: [{}] }, /Only one key/],
    [{ source: [{ prefix: 'a', suffix: 'b' }] }, /Only one key/],
    [{ detail: { a: [{ rhymes: 'a' }] } }, /Unrecognized match type rhymes at detail.a/],
    [{ a: [{ prefix: 1 }] }, /prefix match pattern must be a string/],
    [{ a: [{ exists: 'yes' }] }, /either true or false/],
    [{ a: [{ numeric: ['>'] }] }, /pairs/],
    [{ a: [{ numeric: ['~', 1] }] }, /alternate/],
    [{ a: [{ numeric: [1, '>'] }] }, /alternate/],
    [{ a: [{ wildcard: 'a**b' }] }, /consecutive/],
    [{ a: [{ cidr: '10.0.0.0' }] }, /network/],
    [{ a: [{ cidr: '10.0.0.0/33' }] }, /network/],
    [{ a: [{ 'anything-but': [] }] }, /anything-but/],
    [{ a: [{ 'anything-but': { numeric: ['>', 1] } }] }, /anything-but knows/],
    [{ $or: {} }, /"\$or" must be an array/],
    [{ $or: ['x'] }, /"\$or" must be an array/],
  ]
  for (const [pattern, reason] of invalid) {
    it(`refuses ${JSON.stringify(pattern)}`, () => {
      expect(() => parsePattern(pattern))
        .to.throw(reason)
        .with.property('code', 'InvalidEventPatternException')
    })
  }
})
