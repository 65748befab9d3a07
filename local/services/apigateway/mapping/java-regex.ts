const cache = new Map<string, RegExp>()

/**
 * A regular expression of java.util.regex as one of JavaScript. The two agree on what templates use, except for leading inline flags
 * (`(?i)`), which are moved to where JavaScript takes them.
 */
export function javaRegex(source: string, flags = ''): RegExp {
  const key = `${flags}/${source}`
  const known = cache.get(key)
  if (known) return known
  const inline = /^\(\?([ims]+)\)/.exec(source)
  const expression = new RegExp(inline ? source.slice(inline[0].length) : source, flags + (inline?.[1] ?? ''))
  cache.set(key, expression)
  return expression
}

/** `String.matches` and API Gateway's selection patterns: the whole text must match, not a part of it. */
export function matchesWhole(source: string, text: string): boolean {
  const inline = /^\(\?[ims]+\)/.exec(source)?.[0] ?? ''
  return javaRegex(`${inline}^(?:${source.slice(inline.length)})$`).test(text)
}

/** The replacement text of `String.replaceAll` (`$1`, `$0` for all of it, `\$` for a dollar) as JavaScript's. */
export function javaReplacement(replacement: string): string {
  return replacement.replace(/\\(.)|\$0|\$(?![1-9])/gs, (whole, escaped: string | undefined) => {
    if (whole === '$0') return '$&'
    const literal = escaped ?? whole
    return literal === '$' ? '$$' : literal
  })
}
