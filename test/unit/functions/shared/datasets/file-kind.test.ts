import { expect } from 'chai'
import { fileKindOf } from '../../../../../functions/shared/datasets/file-kind.ts'

describe('The kind of a file in a dataset', () => {
  const cases: [string, string | undefined][] = [
    ['a.png', 'image'],
    ['A.JPG', 'image'],
    ['day.1/a.v2.jpeg', 'image'],
    ['a.webp', 'image'],
    ['a.txt', 'caption'],
    ['a.png.txt', 'caption'],
    ['a.gif', undefined],
    ['a', undefined],
    ['a.', undefined],
    ['a.png/readme', undefined],
    ['a.toString', undefined],
  ]
  for (const [name, kind] of cases) {
    it(`is ${kind ?? 'none'} for ${name}`, () => expect(fileKindOf(name)).to.equal(kind))
  }
})
