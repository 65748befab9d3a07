import { expect } from 'chai'
import { writeCheckpoint } from '../../../../../containers/pocket/model/checkpoint.ts'
import { initialParameters } from '../../../../../containers/pocket/model/parameters.ts'
import { createRandom } from '../../../../../containers/pocket/tensor/random.ts'
import { captionScene } from '../../../../../containers/pocket/train/caption.ts'
import { drawPicture } from '../../../../../containers/pocket/train/draw-picture.ts'
import { PALETTE } from '../../../../../containers/pocket/train/palette.ts'
import { randomScene, type Scene } from '../../../../../containers/pocket/train/scene.ts'
import { STYLES } from '../../../../../containers/pocket/train/styles.ts'
import { trainModel } from '../../../../../containers/pocket/train/train-model.ts'

const SCENE: Scene = {
  shape: 'square',
  shapePaint: { colour: 'red' },
  background: { colour: 'blue' },
  jitter: { x: 0, y: 0, size: 0 },
}

function colourAt(pixels: Float32Array, x: number, y: number): number[] {
  return [...pixels.subarray((y * 32 + x) * 3, (y * 32 + x) * 3 + 3)].map((value) =>
    Number(((value + 1) / 2).toFixed(2)),
  )
}

describe('training the pocket model', () => {
  it('draws what the scene says', () => {
    const pixels = drawPicture(SCENE, 32, STYLES.plain)
    expect(colourAt(pixels, 16, 16)).deep.equal([...PALETTE.red])
    expect(colourAt(pixels, 1, 1)).deep.equal([...PALETTE.blue])
    const striped = drawPicture(
      { ...SCENE, background: { colour: 'blue', texture: { kind: 'striped', second: 'white' } } },
      32,
      STYLES.plain,
    )
    expect(colourAt(striped, 0, 1)).deep.equal([...PALETTE.blue])
    expect(colourAt(striped, 0, 5)).deep.equal([...PALETTE.white])
    const pastel = drawPicture(SCENE, 32, STYLES.pastel)
    expect(Math.min(...colourAt(pastel, 16, 16))).greaterThan(0.5)
  })

  it('names in a caption only what is in the scene', () => {
    const random = createRandom(5)
    for (let i = 0; i < 300; i++) {
      const scene = randomScene(random)
      const colours = [scene.shapePaint, scene.background].flatMap(({ colour, texture }) => [colour, texture?.second])
      const named = captionScene(scene, random)
        .split(/\W+/)
        .filter((word) => word in PALETTE)
      expect(colours).include.members(named)
    }
  })

  it('lowers the loss, and gives the same weights for the same seed', function () {
    this.timeout(60_000)
    const picture = drawPicture(SCENE, 32, STYLES.plain)
    const train = (): { losses: number[]; file: Uint8Array } => {
      const losses: number[] = []
      const trained = trainModel(initialParameters(4), {
        steps: 12,
        batch: 2,
        learningRate: 0.02,
        seed: 9,
        nextExample: () => ({ caption: 'red square on blue', pixels: picture }),
        onStep: ({ loss }) => losses.push(loss),
      })
      return { losses, file: writeCheckpoint(trained, new Map()) }
    }
    const [first, second] = [train(), train()]
    expect(first.losses.at(-1)).lessThan(first.losses[0]! * 0.6)
    expect(Buffer.compare(first.file, second.file)).equal(0)
  })
})
