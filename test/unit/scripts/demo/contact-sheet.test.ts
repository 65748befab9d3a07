import { expect } from 'chai'
import { contactSheet } from '../../../../scripts/demo/contact-sheet.ts'

const picture = (value: number) => ({ width: 2, height: 1, bytes: new Uint8Array(6).fill(value) })

describe('A contact sheet', () => {
  it('has the pictures row by row, with white between them and where a row is shorter', () => {
    const { width, height, bytes } = contactSheet([[picture(1), picture(2)], [picture(3)]])
    expect([width, height]).to.deep.equal([12, 10])
    const redAt = (x: number, y: number) => bytes[(y * width + x) * 3]
    expect([redAt(0, 0), redAt(1, 0), redAt(2, 0), redAt(9, 0), redAt(10, 0)]).to.deep.equal([1, 1, 255, 255, 2])
    expect([redAt(0, 1), redAt(0, 9), redAt(11, 9)]).to.deep.equal([255, 3, 255])
  })
})
