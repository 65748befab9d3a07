import { expect } from 'chai'
import { programFailure } from '../../../../../../local/services/sagemaker/training/training-failure.ts'

describe('The reason of a failed training job', () => {
  it('is what the program wrote, and its exit code', () => {
    expect(programFailure(1, 'no pictures').message).to.equal('AlgorithmError: no pictures, exit code: 1')
    expect(programFailure(3, '').message).to.equal('AlgorithmError: , exit code: 3')
  })

  it('is too little memory when the program was killed without a word', () => {
    expect(programFailure(137, '').message).to.match(/^ClientError: Please use an instance type with more memory/)
    expect(programFailure(137, 'I take 8 GB more').message).to.equal('AlgorithmError: I take 8 GB more, exit code: 137')
  })

  it('is no longer than SageMaker has room for, and still has the exit code', () => {
    const { message } = programFailure(1, 'x'.repeat(2_000))
    expect([message.length, message.slice(-14)]).to.deep.equal([1_024, ', exit code: 1'])
  })

  it('cuts no character in two', () => {
    const { message } = programFailure(1, `.${'🦊'.repeat(511)}`)
    expect(message)
      .to.match(/🦊, exit code: 1$/)
      .and.not.to.match(/\p{Cs}/u)
    expect(programFailure(1, '🦊'.repeat(511)).message).not.to.match(/\p{Cs}/u)
  })
})
