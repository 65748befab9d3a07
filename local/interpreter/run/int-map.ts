/**
 * A persistent map from small whole numbers: setting a key copies the few nodes on its way and shares the rest, so a step that touches one of a thousand
 * frames does not copy the others and the execution before the step stays as it was.
 */
export interface IntMap<T> {
  readonly depth: number
  readonly root: Node<T> | undefined
}

type Node<T> = readonly (Node<T> | T | undefined)[]

const BITS = 5
const WIDTH = 1 << BITS
const MASK = WIDTH - 1

export function emptyIntMap<T>(): IntMap<T> {
  return { depth: 1, root: undefined }
}

export function getInt<T>(map: IntMap<T>, key: number): T | undefined {
  if (key >= WIDTH ** map.depth) return undefined
  let node: unknown = map.root
  for (let level = map.depth - 1; level >= 0 && node !== undefined; level--)
    node = (node as Node<T>)[(key >>> (level * BITS)) & MASK]
  return node as T | undefined
}

/** Setting undefined removes; emptied nodes go with their last entry. */
export function setInt<T>(map: IntMap<T>, key: number, value: T | undefined): IntMap<T> {
  let { depth, root } = map
  while (key >= WIDTH ** depth) {
    root = root === undefined ? undefined : [root]
    depth += 1
  }
  return { depth, root: setIn(root, key, { level: depth - 1, value }) }
}

function setIn<T>(
  node: Node<T> | undefined,
  key: number,
  { level, value }: { level: number; value: T | undefined },
): Node<T> | undefined {
  const slot = (key >>> (level * BITS)) & MASK
  const copy = node === undefined ? [] : node.slice()
  while (copy.length < slot) copy.push(undefined)
  copy[slot] = level === 0 ? value : setIn(copy[slot] as Node<T> | undefined, key, { level: level - 1, value })
  return copy[slot] === undefined && copy.every((entry) => entry === undefined) ? undefined : copy
}

/** All values in the order of their keys. */
export function intValues<T>({ depth, root }: IntMap<T>): T[] {
  let level: unknown[] = root === undefined ? [] : [root]
  for (let step = 0; step < depth; step++)
    level = level.flatMap((node) => (node as unknown[]).filter((entry) => entry !== undefined))
  return level as T[]
}
