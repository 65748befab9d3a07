import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { readCheckpoint, writeCheckpoint } from './model/checkpoint.ts'
import { RECIPES, type RecipeName } from './train/recipes.ts'
import { trainRecipe } from './train/train-recipe.ts'
import { weightsPath } from './weights/shipped-weights.ts'

/** Trains a shipped checkpoint by its recipe: node --import tsx containers/pocket/train.ts pocket-base [--out file] [--steps 100] */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string' }, from: { type: 'string' }, steps: { type: 'string' } },
})
const [name = 'pocket-base'] = positionals
if (!Object.hasOwn(RECIPES, name))
  throw new Error(`There is no recipe ${name}; there are ${Object.keys(RECIPES).join(', ')}`)

const TOLD_EVERY = 100
const recipe = { ...RECIPES[name as RecipeName], ...(values.steps && { steps: Number(values.steps) }) }
const first = values.from ?? (recipe.from && weightsPath(recipe.from))
const from = first === undefined ? undefined : await readCheckpoint(first, await readFile(first))
const started = performance.now()
let lossSum = 0
const trained = trainRecipe(recipe, from, ({ step, loss }) => {
  lossSum += loss
  if (step % TOLD_EVERY !== 0) return
  const seconds = Math.round((performance.now() - started) / 1000)
  console.log(JSON.stringify({ step, of: recipe.steps, loss: Number((lossSum / TOLD_EVERY).toFixed(4)), seconds }))
  lossSum = 0
})
const out = values.out ?? weightsPath(name as RecipeName)
await writeFile(out, writeCheckpoint(trained, new Map([['recipe', JSON.stringify({ name, ...recipe })]])))
console.log(`${out} written`)
