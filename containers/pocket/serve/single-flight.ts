/** Work of which only one runs for each key; who comes while it runs waits for the same result. */
export function createSingleFlight<Result>(): (key: string, work: () => Promise<Result>) => Promise<Result> {
  const running = new Map<string, Promise<Result>>()
  return (key, work) => {
    const known = running.get(key)
    if (known !== undefined) return known
    const result = work().finally(() => running.delete(key))
    running.set(key, result)
    return result
  }
}
