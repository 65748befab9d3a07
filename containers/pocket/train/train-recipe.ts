import { ARCHITECTURE, initialParameters, type Parameters } from '../model/parameters.ts'
import type { Random } from '../tensor/random.ts'
import { captionScene } from './caption.ts'
import { drawPicture, layoutOf, paletteOf } from './draw-picture.ts'
import type { Example } from './learn-batch.ts'
import { toTrainable } from './learner.ts'
import type { Recipe } from './recipes.ts'
import { randomScene } from './scene.ts'
import { STYLES } from './styles.ts'
import { type TrainingOptions, trainModel } from './train-model.ts'

/** Follows a recipe from its first weights, or from those of the checkpoint it names. */
export function trainRecipe(
  recipe: Recipe,
  from: Parameters | undefined,
  onStep: TrainingOptions['onStep'],
): Parameters {
  const model = from === undefined ? initialParameters(recipe.seed) : toTrainable(from)
  const { steps, batch, learningRate } = recipe
  const style = STYLES[recipe.style]
  const nextExample = (random: Random): Example => {
    const scene = randomScene(random)
    return {
      caption: captionScene(scene, random),
      pixels: drawPicture(scene, ARCHITECTURE.side, style),
      palette: paletteOf(scene, style),
      layout: layoutOf(scene, ARCHITECTURE.side),
    }
  }
  return trainModel(model, {
    steps,
    batch,
    learningRate,
    seed: recipe.seed + 1,
    nextExample,
    ...(onStep && { onStep }),
  })
}
