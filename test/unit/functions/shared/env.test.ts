import { expect } from 'chai'
import { optionalEnv, requireEnv } from '../../../../functions/shared/env.ts'

describe('The environment', () => {
  afterEach(() => {
    delete process.env.DARKROOM_TEST
  })

  it('gives a variable that is set', () => {
    process.env.DARKROOM_TEST = 'value'
    expect([requireEnv('DARKROOM_TEST'), optionalEnv('DARKROOM_TEST', 'other')]).to.deep.equal(['value', 'value'])
  })

  it('names a variable that is missing or empty', () => {
    expect(() => requireEnv('DARKROOM_TEST')).to.throw('Environment variable DARKROOM_TEST is not set')
    process.env.DARKROOM_TEST = ''
    expect(() => requireEnv('DARKROOM_TEST')).to.throw('DARKROOM_TEST')
    expect(optionalEnv('DARKROOM_TEST', 'fallback')).to.equal('fallback')
    expect(optionalEnv('DARKROOM_TEST', undefined)).to.equal(undefined)
  })
})
