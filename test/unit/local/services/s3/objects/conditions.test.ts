import { expect } from 'chai'
import {
  checkDeleteCondition,
  checkReadConditions,
  checkWriteConditions,
} from '../../../../../../local/services/s3/objects/conditions.ts'

const OBJECT = { etag: 'abc', lastModified: Date.UTC(2026, 0, 2, 3, 4, 5, 678) }
const SAME = 'Fri, 02 Jan 2026 03:04:05 GMT'
const BEFORE = 'Fri, 02 Jan 2026 03:04:04 GMT'

describe('The conditions of a read', () => {
  const outcomes: [string, Parameters<typeof checkReadConditions>[0], string][] = [
    ['no condition', {}, 'send'],
    ['If-Match with the ETag', { ifMatch: '"abc"' }, 'send'],
    ['If-Match with a list', { ifMatch: '"x", "abc"' }, 'send'],
    ['If-Match with another ETag', { ifMatch: '"x"' }, 'PreconditionFailed'],
    ['If-None-Match with the ETag', { ifNoneMatch: '"abc"' }, 'unchanged'],
    ['If-None-Match with any ETag', { ifNoneMatch: '*' }, 'unchanged'],
    ['If-None-Match with another ETag', { ifNoneMatch: '"x"' }, 'send'],
    ['If-Modified-Since the second of the change', { ifModifiedSince: SAME }, 'unchanged'],
    ['If-Modified-Since before', { ifModifiedSince: BEFORE }, 'send'],
    ['If-Modified-Since with nonsense', { ifModifiedSince: 'yesterday' }, 'send'],
    ['If-Unmodified-Since the second of the change', { ifUnmodifiedSince: SAME }, 'send'],
    ['If-Unmodified-Since before', { ifUnmodifiedSince: BEFORE }, 'PreconditionFailed'],
    ['If-Match that outweighs If-Unmodified-Since', { ifMatch: '"abc"', ifUnmodifiedSince: BEFORE }, 'send'],
    ['If-None-Match that outweighs If-Modified-Since', { ifNoneMatch: '"x"', ifModifiedSince: SAME }, 'send'],
  ]
  for (const [name, conditions, outcome] of outcomes) {
    it(`end in ${outcome} for ${name}`, () => {
      const check = () => checkReadConditions(conditions, OBJECT)
      if (outcome === 'PreconditionFailed') expect(check).to.throw().with.property('code', outcome)
      else expect(check()).to.equal(outcome)
    })
  }
})

describe('The conditions of a write', () => {
  const outcomes: [string, Record<string, string>, typeof OBJECT | undefined, string | undefined][] = [
    ['If-None-Match: * where nothing is', { 'if-none-match': '*' }, undefined, undefined],
    ['If-None-Match: * where something is', { 'if-none-match': '*' }, OBJECT, 'PreconditionFailed'],
    ['If-None-Match with an ETag', { 'if-none-match': '"abc"' }, OBJECT, 'NotImplemented'],
    ['If-Match with the ETag', { 'if-match': '"abc"' }, OBJECT, undefined],
    ['If-Match with another ETag', { 'if-match': '"x"' }, OBJECT, 'PreconditionFailed'],
    ['If-Match where nothing is', { 'if-match': '"abc"' }, undefined, 'NoSuchKey'],
  ]
  for (const [name, headers, existing, code] of outcomes) {
    it(`${code === undefined ? 'hold' : `fail with ${code}`} for ${name}`, () => {
      const check = () => checkWriteConditions(headers, existing)
      if (code === undefined) check()
      else expect(check).to.throw().with.property('code', code)
    })
  }

  it('let a deletion with If-Match fail where nothing is', () => {
    expect(() => checkDeleteCondition('"abc"', undefined))
      .to.throw()
      .with.property('code', 'PreconditionFailed')
    expect(() => checkDeleteCondition(undefined, undefined)).not.to.throw()
  })
})
