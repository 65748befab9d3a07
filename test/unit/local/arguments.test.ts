import { expect } from 'chai'
import { parseStackArguments, UsageError } from '../../../local/arguments.ts'

describe('parseStackArguments', () => {
  it('has a default for everything', () => {
    expect(parseStackArguments([])).to.deep.equal({
      port: 4566,
      apiPort: 3000,
      dataDirectory: '.darkroom',
      reset: false,
      help: false,
    })
  })

  it('takes ports, folder, reset and a Lambda endpoint', () => {
    const words = ['--port', '0', '--api-port=3001', '--data-dir', 'x', '--reset', '--lambda-endpoint', 'http://h:1/']
    expect(parseStackArguments(words)).to.include({
      port: 0,
      apiPort: 3001,
      dataDirectory: 'x',
      reset: true,
      lambdaEndpoint: 'http://h:1',
    })
  })

  for (const [words, complaint] of [
    [['--port', 'http'], '--port: http is not a port'],
    [['--api-port', '70000'], '--api-port: 70000 is not a port'],
    [['--lambda-endpoint', 'nowhere'], '--lambda-endpoint: nowhere is not'],
    [['--prot', '1'], "Unknown option '--prot'"],
  ] as const) {
    it(`refuses ${words.join(' ')}`, () => {
      expect(() => parseStackArguments([...words])).to.throw(UsageError, complaint)
    })
  }
})
