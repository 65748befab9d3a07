import type { Json } from '../contract.ts'
import { intrinsicFailure } from '../error/state-error.ts'
import type { World } from '../query/scope.ts'
import { seededRandom } from '../run/chance.ts'
import { integerArgument } from './arguments.ts'

/** `States.MathAdd(a, b)`; both are rounded half up first. */
export function mathAdd(args: readonly Json[]): Json {
  return integerArgument(args, 0, 'States.MathAdd') + integerArgument(args, 1, 'States.MathAdd')
}

/** `States.MathRandom(start, end, seed?)`: the start included, the end not. */
export function mathRandom(args: readonly Json[], world: World): Json {
  const start = integerArgument(args, 0, 'States.MathRandom')
  const end = integerArgument(args, 1, 'States.MathRandom')
  if (end <= start)
    throw intrinsicFailure('Invalid arguments in States.MathRandom: the start must be less than the end')
  const chance =
    args.length > 2 ? seededRandom(String(integerArgument(args, 2, 'States.MathRandom')), 0) : world.random()
  return start + Math.floor(chance * (end - start))
}
