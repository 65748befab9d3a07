import { expect } from 'chai'
import {
  isConditionFailure,
  isTransientAwsError,
  toDarkroomError,
  withTransientErrors,
} from '../../../../../functions/shared/aws/classify-aws-error.ts'
import { NameTakenError, TransientError } from '../../../../../functions/shared/errors.ts'

const named = (name: string, more: object = {}) => Object.assign(new Error('why'), { name }, more)

describe('An error of an AWS call', () => {
  const transient = [
    named('SlowDown'),
    named('ThrottlingException', { $metadata: { httpStatusCode: 400 } }),
    named('Whatever', { $metadata: { httpStatusCode: 503 } }),
    named('Whatever', { $metadata: { httpStatusCode: 429 } }),
    named('Whatever', { $retryable: {} }),
    named('Error', { code: 'ECONNRESET' }),
  ]
  for (const error of transient) {
    it(`is transient: ${JSON.stringify({ ...error })}`, () => {
      expect(isTransientAwsError(error)).to.equal(true)
      const ours = toDarkroomError(error) as TransientError
      expect(ours).to.be.instanceOf(TransientError)
      expect([ours.cause, ours.message]).to.deep.equal([error, `${error.name}: why`])
    })
  }

  const permanent = [
    named('NoSuchKey', { $metadata: { httpStatusCode: 404 } }),
    named('AccessDenied', { $metadata: { httpStatusCode: 403 } }),
    new NameTakenError('taken'),
    undefined,
    'text',
    null,
  ]
  for (const error of permanent) {
    it(`stays what it is: ${String(error)}`, () => {
      expect(toDarkroomError(error)).to.equal(error)
    })
  }

  it('is not wrapped twice', async () => {
    const error = new TransientError('busy')
    const thrown = await withTransientErrors(() => Promise.reject(error)).catch((caught: unknown) => caught)
    expect(thrown).to.equal(error)
  })

  it('is known as a condition that was not met', () => {
    expect(isConditionFailure(named('ConditionalCheckFailedException'))).to.equal(true)
    expect(isConditionFailure(named('ValidationException'))).to.equal(false)
  })
})
