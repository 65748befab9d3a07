import { AttributeValue$, PutItemInput$, UpdateItemOutput$ } from '@aws-sdk/client-dynamodb'
import { GetObjectOutput$, PutObjectRequest$ } from '@aws-sdk/client-s3'
import { StartExecutionInput$, StartExecutionOutput$ } from '@aws-sdk/client-sfn'
import { expect } from 'chai'
import {
  fromCommandOutput,
  pascalCase,
  toCommandInput,
  UnknownMemberError,
} from '../../../../local/integrations/sdk-shapes.ts'

describe('Parameters and results of AWS SDK tasks', () => {
  it('are in PascalCase, whatever the service calls its members', async () => {
    expect(pascalCase('startDate')).to.equal('StartDate')
    const input = toCommandInput(StartExecutionInput$, { StateMachineArn: 'a', Input: { n: 1 }, Name: null }, 'text')
    expect(input).to.deep.equal({ stateMachineArn: 'a', input: '{"n":1}', name: undefined })
    const startDate = new Date(1_700_000_000_500)
    const output = await fromCommandOutput(
      StartExecutionOutput$,
      { executionArn: 'e', startDate, $metadata: {} },
      'text',
    )
    expect(output).to.deep.equal({ ExecutionArn: 'e', StartDate: '2023-11-14T22:13:20.500Z' })
  })

  it('leave the keys of maps alone', () => {
    const parameters = { TableName: 't', Item: { lower: { M: { also: { N: '1' } } } } }
    expect(toCommandInput(PutItemInput$, parameters, 'base64')).to.deep.equal(parameters)
  })

  it('carry bytes as text or in base64, as the service has it', async () => {
    const asText = toCommandInput(PutObjectRequest$, { Bucket: 'b', Key: 'k', Body: 'hé' }, 'text')
    expect(Buffer.from(asText.Body as Uint8Array).toString()).to.equal('hé')
    const asBase64 = toCommandInput(AttributeValue$, { B: 'aGk=' }, 'base64')
    expect(Buffer.from(asBase64.B as Uint8Array).toString()).to.equal('hi')
    const back = await fromCommandOutput(UpdateItemOutput$, { Attributes: { a: { B: Buffer.from('hi') } } }, 'base64')
    expect(back).to.deep.equal({ Attributes: { a: { B: 'aGk=' } } })
    const Body = { transformToByteArray: async () => Buffer.from('stream') }
    expect(await fromCommandOutput(GetObjectOutput$, { Body }, 'text')).to.deep.equal({ Body: 'stream' })
  })

  it('take dates as ISO 8601 or in seconds', () => {
    const parameters = { Bucket: 'b', Key: 'k', Expires: '2026-01-01T00:00:00Z' }
    expect(toCommandInput(PutObjectRequest$, parameters, 'text').Expires).to.deep.equal(new Date('2026-01-01'))
    const inSeconds = { ...parameters, Expires: 1 }
    expect(toCommandInput(PutObjectRequest$, inSeconds, 'text').Expires).to.deep.equal(new Date(1000))
  })

  it('may not have members the service does not know', () => {
    expect(() => toCommandInput(StartExecutionInput$, { Colour: 'red' }, 'text')).to.throw(
      UnknownMemberError,
      '"Colour"',
    )
  })
})
