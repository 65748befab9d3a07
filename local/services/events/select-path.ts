/** The value at a path such as `$.detail.items[0].name` or `$.detail["a b"]`; undefined when there is none. */
export function selectPath(value: unknown, path: string): unknown {
  const steps = path.match(/\[\d+\]|\[(['"]).*?\1\]|[^.[\]]+/g) ?? []
  let current = value
  for (const step of steps[0] === '$' ? steps.slice(1) : steps) {
    const key = step.replace(/^\[(['"]?)(.*)\1\]$/, '$2')
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined
    current = (current as Record<string, unknown>)[key]
  }
  return current
}
