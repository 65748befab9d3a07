import type { HashAlgorithm, Json } from '../contract.ts'
import { intrinsicFailure } from '../error/state-error.ts'
import type { World } from '../query/scope.ts'
import { stringArgument } from './arguments.ts'

const ALGORITHMS: ReadonlySet<string> = new Set<HashAlgorithm>(['MD5', 'SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'])

export function isHashAlgorithm(name: string): name is HashAlgorithm {
  return ALGORITHMS.has(name)
}

/** `States.Hash(data, algorithm)`; data that is no string is hashed as JSON text. */
export function hash(args: readonly Json[], world: World): Json {
  const algorithm = stringArgument(args, 1, 'States.Hash')
  if (!isHashAlgorithm(algorithm))
    throw intrinsicFailure(`Invalid arguments in States.Hash: unknown algorithm ${algorithm}`)
  const data = args[0]!
  return world.ports.hash(algorithm, typeof data === 'string' ? data : JSON.stringify(data))
}
