import { expect } from 'chai'
import { recoverFrom } from '../../../../local/interpreter/recover-from.ts'

describe('recovering from an error', () => {
  const fail = (error: Error) => (): string => {
    throw error
  }

  it('answers the attempt when it works', () =>
    expect(
      recoverFrom(
        RangeError,
        () => 'good',
        () => 'recovered',
      ),
    ).to.equal('good'))

  it('recovers from the one kind of error', () => {
    expect(recoverFrom(RangeError, fail(new RangeError('far')), ({ message }) => message)).to.equal('far')
  })

  it('lets every other error go on its way', () => {
    expect(() => recoverFrom(RangeError, fail(new TypeError('odd')), () => 'recovered')).to.throw(TypeError, 'odd')
  })
})
