import { expect } from 'chai'
import { newFileName } from '../../../../../functions/api/checkpoints/rename-checkpoint.ts'

describe('The new name of a checkpoint', () => {
  const cases: [string, string, string][] = [
    ['old.safetensors', 'new', 'new.safetensors'],
    ['old.safetensors', 'new.safetensors', 'new.safetensors'],
    ['old.safetensors', 'new-v1.5', 'new-v1.5.safetensors'],
    ['style.pt', 'other', 'other.pt'],
  ]
  for (const [oldName, wanted, expected] of cases) {
    it(`is ${expected} when ${oldName} is to be called ${wanted}`, () => {
      expect(newFileName(oldName, wanted)).to.equal(expected)
    })
  }

  it('cannot make one kind of file another', () => {
    expect(() => newFileName('style.pt', 'style.safetensors')).to.throw(
      'name ends in .safetensors: keep .pt, or leave the extension out',
    )
  })
})
