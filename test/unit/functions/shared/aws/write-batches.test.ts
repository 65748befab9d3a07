import type { BatchWriteCommandInput } from '@aws-sdk/lib-dynamodb'
import { expect } from 'chai'
import sinon from 'sinon'
import { dynamodb } from '../../../../../functions/shared/aws/dynamodb.ts'
import { writeBatches } from '../../../../../functions/shared/aws/write-batches.ts'

const puts = (count: number) => Array.from({ length: count }, (_, id) => ({ PutRequest: { Item: { id } } }))
const noPause = async (): Promise<void> => {}

describe('Writing in batches', () => {
  let written: number[]
  let sizes: number[]
  /** How many of each batch DynamoDB leaves undone. */
  let undone: number[]

  beforeEach(() => {
    written = []
    sizes = []
    undone = []
    sinon.stub(dynamodb, 'send').callsFake((async ({ input }: { input: BatchWriteCommandInput }) => {
      const requests = input.RequestItems?.table ?? []
      const left = undone.shift() ?? 0
      sizes.push(requests.length)
      written.push(...requests.slice(left).map(({ PutRequest }) => PutRequest?.Item?.id))
      return { UnprocessedItems: left > 0 ? { table: requests.slice(0, left) } : {} }
    }) as never)
  })
  afterEach(() => sinon.restore())

  it('sends nothing for nothing', async () => {
    await writeBatches('table', [], noPause)
    expect(sizes).to.deep.equal([])
  })

  it('sends 25 at a time, each once', async () => {
    await writeBatches('table', puts(130), noPause)
    expect(sizes.toSorted((a, b) => b - a)).to.deep.equal([25, 25, 25, 25, 25, 5])
    expect(new Set(written).size).to.equal(130)
  })

  it('sends what was left undone again, after longer and longer pauses', async () => {
    undone = [20, 20, 3]
    const pauses: number[] = []
    await writeBatches('table', puts(25), async (milliseconds) => void pauses.push(milliseconds))
    expect(sizes).to.deep.equal([25, 20, 20, 3])
    expect(new Set(written).size).to.equal(25)
    expect(pauses).to.deep.equal([50, 100, 200])
  })

  it('gives up in the end, and says how much is missing', async () => {
    undone = Array(20).fill(7)
    const failure = await writeBatches('table', puts(25), noPause).catch((error: Error) => error)
    expect(failure).to.include({ name: 'TransientError', message: '7 items of a batch were not written to table' })
  })
})
