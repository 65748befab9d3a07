import { expect } from 'chai'
import { jobNamePrefix, jobNames, MOST_INSTANCE_TYPES } from '../../../../../functions/shared/trainings/job-names.ts'
import { inOrderOfUse, stepOfFile } from '../../../../../functions/shared/trainings/output-files.ts'

describe('The files of a training', () => {
  it('are registered the final one first, then the steps from the newest on', () => {
    const names = [
      'a-step00000010.safetensors',
      'a.safetensors',
      'a-step00000200.safetensors',
      'a-step00000030.safetensors',
    ]
    const files = names.map((name) => ({ name }))
    expect(inOrderOfUse(files, 'a').map(({ name }) => name)).to.deep.equal([names[1], names[2], names[3], names[0]])
  })

  it('leave out what has another name', () => {
    const strangers = [
      'b.safetensors',
      'a.txt',
      'a-step1.safetensors',
      'sub/a.safetensors',
      'aa-step00000001.safetensors',
    ]
    expect(
      inOrderOfUse(
        strangers.map((name) => ({ name })),
        'a',
      ),
    ).to.deep.equal([])
    expect(stepOfFile('a-step00000012.safetensors', 'a')).to.equal(12)
    expect(stepOfFile('x-step00000012.safetensors', 'a')).to.equal(undefined)
  })
})

describe('The names of training jobs', () => {
  const ALPHABET = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/

  it('are the same for the same training, and SageMaker takes them whatever its id is', () => {
    const long = '_'.repeat(80)
    const names = jobNames(jobNamePrefix('darkroom-production', long), MOST_INSTANCE_TYPES)
    expect(names).to.deep.equal(jobNames(jobNamePrefix('darkroom-production', long), MOST_INSTANCE_TYPES))
    for (const name of names) expect(name).to.match(ALPHABET)
    expect(new Set(names).size).to.equal(MOST_INSTANCE_TYPES)
  })

  it('differ between trainings', () => {
    expect(jobNamePrefix('p', 'a')).not.to.equal(jobNamePrefix('p', 'b'))
  })
})
