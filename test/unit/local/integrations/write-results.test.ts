import { expect } from 'chai'
import type { SdkCaller } from '../../../../local/integrations/sdk-call.ts'
import { writeResults } from '../../../../local/integrations/write-results.ts'
import type { ChildResult, JsonObject } from '../../../../local/interpreter/contract.ts'

const mapRunArn = 'arn:aws:states:us-east-1:000000000000:mapRun:merge/each:run-1'
const results: ChildResult[] = [
  { index: 0, name: 'a', input: 1, outcome: { status: 'SUCCEEDED', output: '[1,2]' }, executionArn: 'arn-a' },
  { index: 1, name: 'b', input: 2, outcome: { status: 'FAILED', error: 'Broken', cause: 'why' } },
]

async function write(writerConfig: JsonObject, Prefix?: string) {
  const files: Record<string, string> = {}
  const sdk: SdkCaller = async ({ parameters }) => {
    files[String(parameters.Key)] = String(parameters.Body)
    return { output: {}, headers: {}, statusCode: 200, requestId: 'r' }
  }
  const parameters = { Bucket: 'b', ...(Prefix === undefined ? {} : { Prefix }) }
  const output = await writeResults(sdk, { mapRunArn, parameters, writerConfig, results, roleArn: '' })
  return { output, files }
}

describe('Results of a distributed Map', () => {
  it('lie in a file per condition, named by a manifest', async () => {
    const { output, files } = await write({}, 'out/')
    expect(output).to.deep.equal({
      MapRunArn: mapRunArn,
      ResultWriterDetails: { Bucket: 'b', Key: 'out/run-1/manifest.json' },
    })
    expect(Object.keys(files)).to.have.members([
      'out/run-1/SUCCEEDED_0.json',
      'out/run-1/FAILED_0.json',
      'out/run-1/manifest.json',
    ])
    expect(JSON.parse(files['out/run-1/SUCCEEDED_0.json']!)).to.deep.equal([
      {
        ExecutionArn: 'arn-a',
        Input: '1',
        InputDetails: { Included: true },
        Name: 'a',
        Output: '[1,2]',
        OutputDetails: { Included: true },
        Status: 'SUCCEEDED',
      },
    ])
    expect(JSON.parse(files['out/run-1/FAILED_0.json']!)[0]).to.include({ Error: 'Broken', Cause: 'why' })
    const { ResultFiles } = JSON.parse(files['out/run-1/manifest.json']!)
    expect(ResultFiles.PENDING).to.deep.equal([])
    expect(ResultFiles.FAILED[0]).to.include({ Key: 'out/run-1/FAILED_0.json' })
  })

  it('may be the outputs alone, or their items, one to a line', async () => {
    const compact = await write({ Transformation: 'COMPACT' })
    expect(compact.files['run-1/SUCCEEDED_0.json']).to.equal('[[1,2]]')
    const flat = await write({ Transformation: 'FLATTEN', OutputType: 'JSONL' })
    expect(flat.files['run-1/SUCCEEDED_0.jsonl']).to.equal('1\n2')
  })
})
