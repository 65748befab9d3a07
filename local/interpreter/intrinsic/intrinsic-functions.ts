import type { Json } from '../contract.ts'
import type { World } from '../query/scope.ts'
import { array, arrayContains, arrayGetItem, arrayLength, arrayPartition, arrayRange, arrayUnique } from './array.ts'
import { base64Decode, base64Encode } from './base64.ts'
import { format } from './format.ts'
import { hash } from './hash.ts'
import { jsonMerge, jsonToString, stringToJson } from './json.ts'
import { mathAdd, mathRandom } from './math.ts'
import { stringSplit } from './string-split.ts'
import { uuid } from './uuid.ts'

/** One intrinsic: how many arguments it takes, and what it answers. It throws States.IntrinsicFailure. */
export interface IntrinsicFunction {
  readonly arguments: readonly [least: number, most: number]
  readonly call: (args: readonly Json[], world: World) => Json
}

/** Every `States.*` function of JSONPath by its name after the dot. */
export const intrinsicFunctions: Readonly<Record<string, IntrinsicFunction>> = {
  Array: { arguments: [0, Number.POSITIVE_INFINITY], call: array },
  ArrayContains: { arguments: [2, 2], call: arrayContains },
  ArrayGetItem: { arguments: [2, 2], call: arrayGetItem },
  ArrayLength: { arguments: [1, 1], call: arrayLength },
  ArrayPartition: { arguments: [2, 2], call: arrayPartition },
  ArrayRange: { arguments: [3, 3], call: arrayRange },
  ArrayUnique: { arguments: [1, 1], call: arrayUnique },
  Base64Decode: { arguments: [1, 1], call: base64Decode },
  Base64Encode: { arguments: [1, 1], call: base64Encode },
  Format: { arguments: [1, Number.POSITIVE_INFINITY], call: format },
  Hash: { arguments: [2, 2], call: hash },
  JsonMerge: { arguments: [3, 3], call: jsonMerge },
  JsonToString: { arguments: [1, 1], call: jsonToString },
  MathAdd: { arguments: [2, 2], call: mathAdd },
  MathRandom: { arguments: [2, 3], call: mathRandom },
  StringSplit: { arguments: [2, 2], call: stringSplit },
  StringToJson: { arguments: [1, 1], call: stringToJson },
  UUID: { arguments: [0, 0], call: uuid },
}
