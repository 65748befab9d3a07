import { expect } from 'chai'
import type { InferenceRecord } from '../../../../../functions/shared/inferences/inference-record.ts'
import { imageLinks, paramsLink } from '../../../../../functions/shared/inferences/result-links.ts'

const record = { id: 'i-1', imageNames: ['image_0.png', 'image_1.gif'] } as InferenceRecord

describe('The links of an inference', () => {
  it('are the distribution’s where there is one', async () => {
    const context = { bucket: 'library', cloudfrontDomain: 'd1.cloudfront.net' }
    expect(await imageLinks(context, record)).to.deep.equal([
      'https://d1.cloudfront.net/out/i-1/result/image_0.png',
      'https://d1.cloudfront.net/out/i-1/result/image_1.gif',
    ])
    expect(await paramsLink(context, record)).to.equal('https://d1.cloudfront.net/out/i-1/result/i-1_param.json')
  })
})
