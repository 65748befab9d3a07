/** The last few things that were made, by key; what was not asked for longest is forgotten. */
export interface RecentlyUsed<Value> {
  /** The value of the key, made if it is not there. What fails to be made is not remembered. */
  get(key: string, make: () => Promise<Value>): Promise<Value>
}

/** Remembers at most `most` values. */
export function createRecentlyUsed<Value extends object>(most: number): RecentlyUsed<Value> {
  const values = new Map<string, Value>()
  return {
    get: async (key, make) => {
      const value = values.get(key) ?? (await make())
      values.delete(key)
      values.set(key, value)
      for (const old of [...values.keys()].slice(0, -most)) values.delete(old)
      return value
    },
  }
}
