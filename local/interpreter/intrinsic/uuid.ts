import type { Json } from '../contract.ts'
import type { World } from '../query/scope.ts'

/** `States.UUID()` */
export function uuid(_args: readonly Json[], world: World): Json {
  return world.uuid()
}
