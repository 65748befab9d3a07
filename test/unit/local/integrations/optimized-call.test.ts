import { expect } from 'chai'
import { optimizedError } from '../../../../local/integrations/optimized-call.ts'

const SNS = { errorPrefix: 'SNS', serviceName: 'AmazonSNS', baseError: 'AmazonSNSException' }
const failure = { code: 'NotFound', modelled: true, message: 'Topic does not exist', statusCode: 404, requestId: 'r' }

describe('The errors of optimized integrations', () => {
  it('are named like the exceptions of the Java SDK v1', () => {
    const error = optimizedError(SNS, failure)
    expect(error.error).to.equal('SNS.NotFoundException')
    expect(error.message).to.equal(
      'Topic does not exist (Service: AmazonSNS; Status Code: 404; Error Code: NotFound; Request ID: r; Proxy: null)',
    )
  })

  it('have the name of the service when the code is not declared', () => {
    expect(optimizedError(SNS, { ...failure, modelled: false }).error).to.equal('SNS.AmazonSNSException')
  })

  it('are errors of the client when there was no answer', () => {
    const error = optimizedError(SNS, { ...failure, statusCode: 0, message: 'connect ECONNREFUSED' })
    expect(error.error).to.equal('SNS.SdkClientException')
    expect(error.message).to.equal('Unable to execute HTTP request: connect ECONNREFUSED')
  })
})
