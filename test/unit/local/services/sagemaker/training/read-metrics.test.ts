import { expect } from 'chai'
import { createMetricReader } from '../../../../../../local/services/sagemaker/training/read-metrics.ts'

const definitions = [
  { Name: 'train:step', Regex: 'progress step=([0-9]+)' },
  { Name: 'train:steps', Regex: 'progress step=[0-9]+ of=([0-9]+)' },
  { Name: 'train:loss', Regex: 'loss=([0-9.eE+-]+)' },
]

describe('The metrics of a training job', () => {
  it('are the last values that its lines have', () => {
    const metrics = createMetricReader(definitions, [])
    expect(metrics.read('painting class images 12/50', 1)).to.equal(false)
    expect(metrics.read('progress step=1 of=800 loss=0.5 lr=1e-06', 2)).to.equal(true)
    expect(metrics.read('progress step=2 of=800 loss=8.1e-02 lr=1e-06', 3)).to.equal(true)
    expect(metrics.last()).to.deep.equal([
      { name: 'train:step', value: 2, at: 3 },
      { name: 'train:steps', value: 800, at: 3 },
      { name: 'train:loss', value: 0.081, at: 3 },
    ])
  })

  it('are kept from an earlier instance until there are new ones, and are numbers', () => {
    const metrics = createMetricReader(definitions, [{ name: 'train:step', value: 7, at: 1 }])
    expect(metrics.read('loss=-', 2)).to.equal(false)
    expect(metrics.last()).to.deep.equal([{ name: 'train:step', value: 7, at: 1 }])
  })
})
