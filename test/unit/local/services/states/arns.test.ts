import { expect } from 'chai'
import { formatArn, parseArn, parseMachineReference, requireName } from '../../../../../local/services/states/arns.ts'

const scope = { region: 'us-east-1', accountId: '000000000000' }

describe('ARNs of Step Functions', () => {
  it('reads back what it wrote', () => {
    const arn = formatArn(scope, 'execution', 'merge', 'one')
    expect(arn).to.equal('arn:aws:states:us-east-1:000000000000:execution:merge:one')
    expect(parseArn(arn, ['execution'])).to.deep.equal({ ...scope, type: 'execution', path: ['merge', 'one'] })
  })

  const refusals: [string, string][] = [
    ['nonsense', "Invalid Arn: 'Invalid ARN prefix: nonsense'"],
    ['arn:azure:states:r:1:execution:a:b', "Invalid Arn: 'Invalid ARN prefix: arn:azure:states:r:1:execution:a:b'"],
    ['arn:aws:s3:r:1:execution:a:b', "Invalid Arn: 'Invalid ARN: arn:aws:s3:r:1:execution:a:b'"],
    ['arn:aws:states:r:1:express:a:b:c', "Invalid Arn: 'Resource type not valid in this context: express'"],
  ]
  for (const [arn, message] of refusals)
    it(`refuses ${arn} in the words of AWS`, () => {
      expect(() => parseArn(arn, ['execution']))
        .to.throw(message)
        .with.property('code', 'InvalidArn')
    })

  it('takes a version or an alias off a machine ARN', () => {
    const machineArn = formatArn(scope, 'stateMachine', 'merge')
    expect(parseMachineReference(machineArn)).to.deep.equal({ machineArn })
    expect(parseMachineReference(`${machineArn}:live`)).to.deep.equal({ machineArn, qualifier: 'live' })
  })

  for (const name of ['merge checkpoint', 'a/b', 'a?', 'tab\t', 'bell\u0007', 'x'.repeat(81), 'q"'])
    it(`refuses the name ${JSON.stringify(name)}`, () => {
      expect(() => requireName(name)).to.throw(`Invalid Name: '${name}'`)
    })

  it('takes letters of any script, digits, dots, dashes and underscores', () => {
    expect(requireName('Zusammenführung-1.2_x')).to.equal('Zusammenführung-1.2_x')
  })
})
