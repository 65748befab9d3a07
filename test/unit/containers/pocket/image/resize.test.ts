import { expect } from 'chai'
import { enlarge } from '../../../../../containers/pocket/image/enlarge.ts'
import type { Picture } from '../../../../../containers/pocket/image/picture.ts'
import { cropToProportions, resize } from '../../../../../containers/pocket/image/resize.ts'

function picture(width: number, height: number, grayAt: (x: number, y: number) => number): Picture {
  const bytes = Uint8Array.from({ length: width * height * 3 }, (_, i) =>
    grayAt(Math.floor(i / 3) % width, Math.floor(i / 3 / width)),
  )
  return { width, height, bytes }
}

const grayOf = ({ width, bytes }: Picture, x: number, y: number): number => bytes[(y * width + x) * 3]!

describe('resizing pictures', () => {
  it('keeps a flat picture flat at every size', () => {
    for (const [width, height] of [
      [5, 3],
      [64, 17],
      [2, 2],
    ] as const) {
      const sized = resize(
        picture(8, 8, () => 77),
        width,
        height,
      )
      expect(sized.bytes.length).equal(width * height * 3)
      expect(sized.bytes.every((byte) => byte === 77)).equal(true)
    }
  })

  it('keeps a slope a slope', () => {
    const sized = resize(
      picture(8, 4, (x) => x * 20),
      16,
      8,
    )
    for (let x = 5; x < 11; x++) expect(grayOf(sized, x, 4)).closeTo((x - 0.5) * 10, 1.5)
  })

  it('takes means where it shrinks', () => {
    const sized = resize(
      picture(64, 64, (x) => (x % 2) * 200),
      8,
      8,
    )
    for (let x = 1; x < 7; x++) expect(grayOf(sized, x, 4)).closeTo(100, 6)
  })

  it('cuts the middle out for other proportions', () => {
    const cut = cropToProportions(
      picture(8, 8, (x) => x),
      1,
      2,
    )
    expect([cut.width, cut.height]).deep.equal([4, 8])
    expect(grayOf(cut, 0, 0)).equal(2)
  })

  it('draws the edges of an enlarged picture together and leaves its flat parts', () => {
    const source = picture(16, 16, (x) => (x < 8 ? 20 : 220))
    const width = (sized: Picture): number =>
      Array.from({ length: 128 }, (_, x) => grayOf(sized, x, 64)).filter((gray) => gray > 40 && gray < 200).length
    const [plain, crisp] = [resize(source, 128, 128), enlarge(source, 128, 128)]
    expect(width(crisp)).lessThan(width(plain) / 1.5)
    expect(grayOf(crisp, 10, 10)).equal(20)
    expect(grayOf(crisp, 120, 10)).equal(220)
  })
})
