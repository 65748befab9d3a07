import { expect } from 'chai'
import sinon from 'sinon'
import { formatLogLine, log } from '../../../../functions/shared/log.ts'

describe('A log line', () => {
  const level = process.env.LOG_LEVEL

  afterEach(() => {
    sinon.restore()
    if (level === undefined) delete process.env.LOG_LEVEL
    else process.env.LOG_LEVEL = level
  })

  it('is one line of JSON with level, message and fields', () => {
    const line = formatLogLine('INFO', 'Done', { id: 'a\nb', size: 5n, list: [1, null] })
    expect(line).not.to.contain('\n')
    expect(JSON.parse(line)).to.deep.equal({ level: 'INFO', message: 'Done', id: 'a\nb', size: '5', list: [1, null] })
  })

  it('blanks whatever is called like a secret, however deep', () => {
    const line = formatLogLine('INFO', 'Call', {
      headers: { 'x-api-key': 'k1', Authorization: 'k2', username: 'bob' },
      nested: [{ taskToken: 'k3', password: 'k4', s3PresignUrl: 'k5' }],
    })
    expect(line).not.to.match(/k\d/)
    expect(line).to.contain('bob')
  })

  it('tells an error with its causes and survives an endless one', () => {
    const error = new Error('outer', { cause: new TypeError('inner') })
    const told = JSON.parse(formatLogLine('ERROR', 'Failed', { error })).error
    expect([told.message, told.cause.name, told.cause.message]).to.deep.equal(['outer', 'TypeError', 'inner'])
    error.cause = error
    const circle: Record<string, unknown> = { error }
    circle.self = circle
    expect(formatLogLine('ERROR', 'Failed', circle)).to.contain('outer')
  })

  it('is written from the level that the environment names, INFO by default', () => {
    const written = sinon.stub(console, 'log')
    const writeAll = (wanted: string): number => {
      process.env.LOG_LEVEL = wanted
      written.resetHistory()
      log.debug('d')
      log.info('i')
      log.error('e')
      return written.callCount
    }
    const counts = ['DEBUG', 'info', 'ERROR', '', 'nonsense'].map(writeAll)
    sinon.restore()
    expect(counts).to.deep.equal([3, 2, 1, 2, 2])
  })
})
