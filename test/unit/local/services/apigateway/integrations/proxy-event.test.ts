import { expect } from 'chai'
import {
  createProxyEvent,
  matchesMediaType,
} from '../../../../../../local/services/apigateway/integrations/proxy-event.ts'
import { exchangeWith } from '../sample-exchange.ts'

describe('the event of a Lambda proxy integration', () => {
  it('has the form 1.0 of AWS', () => {
    const exchange = exchangeWith({
      headers: [
        ['Host', '127.0.0.1:3000'],
        ['User-Agent', 'test'],
        ['X-Two', 'a'],
        ['X-Two', 'b'],
      ],
      query: [
        ['types', 'Lora'],
        ['types', 'VAE'],
      ],
      body: '{"a":1}',
    })
    exchange.context.authorizer = { username: 'admin', principalId: 'admin' }
    Object.assign(exchange.context.identity, { apiKey: 'secret', apiKeyId: 'key1' })
    Object.assign(exchange.context, { resourceId: 'res1', resourcePath: '/things/{id}' })
    const added = {
      'X-Amzn-Trace-Id': 'Root=1-68e91058-0123456789abcdef01234567',
      'X-Forwarded-For': '127.0.0.1',
      'X-Forwarded-Port': '3000',
      'X-Forwarded-Proto': 'http',
    }
    expect(createProxyEvent(exchange)).to.deep.equal({
      resource: '/things/{id}',
      path: '/things/1',
      httpMethod: 'GET',
      headers: { Host: '127.0.0.1:3000', 'User-Agent': 'test', 'X-Two': 'b', ...added },
      multiValueHeaders: {
        Host: ['127.0.0.1:3000'],
        'User-Agent': ['test'],
        'X-Two': ['a', 'b'],
        ...Object.fromEntries(Object.entries(added).map(([name, value]) => [name, [value]])),
      },
      queryStringParameters: { types: 'VAE' },
      multiValueQueryStringParameters: { types: ['Lora', 'VAE'] },
      pathParameters: { id: '1' },
      stageVariables: null,
      requestContext: {
        accountId: '000000000000',
        apiId: 'api1',
        authorizer: { username: 'admin', principalId: 'admin' },
        domainName: 'api1.execute-api.us-east-1.amazonaws.com',
        domainPrefix: 'api1',
        extendedRequestId: 'ASNFZ4mrze8BI0V=',
        httpMethod: 'GET',
        identity: {
          cognitoIdentityPoolId: null,
          accountId: null,
          cognitoIdentityId: null,
          caller: null,
          sourceIp: '127.0.0.1',
          principalOrgId: null,
          accessKey: null,
          cognitoAuthenticationType: null,
          cognitoAuthenticationProvider: null,
          userArn: null,
          userAgent: 'test',
          user: null,
          apiKey: 'secret',
          apiKeyId: 'key1',
        },
        path: '/prod/things/1',
        protocol: 'HTTP/1.1',
        requestId: '01234567-89ab-cdef-0123-456789abcdef',
        requestTime: '10/Oct/2025:13:55:36 +0000',
        requestTimeEpoch: 1760104536000,
        resourceId: 'res1',
        resourcePath: '/things/{id}',
        stage: 'prod',
      },
      body: '{"a":1}',
      isBase64Encoded: false,
    })
  })

  it('has nulls for what is empty', () => {
    expect(createProxyEvent(exchangeWith({}))).to.include({
      body: null,
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      stageVariables: null,
    })
  })

  it('carries bytes of a binary media type as base64', () => {
    const headers: [string, string][] = [['content-type', 'image/png']]
    const exchange = exchangeWith({ headers, body: Buffer.from([0, 255]), api: { binaryMediaTypes: ['image/*'] } })
    expect(createProxyEvent(exchange)).to.include({ body: 'AP8=', isBase64Encoded: true })
  })

  it('knows binary media types by name and by wildcard', () => {
    expect(matchesMediaType(['image/*'], 'image/png')).to.equal(true)
    expect(matchesMediaType(['*/*'], 'text/plain')).to.equal(true)
    expect(matchesMediaType(['image/gif'], 'image/png')).to.equal(false)
  })
})
