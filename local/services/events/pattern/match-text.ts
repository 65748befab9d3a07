/** Whether all of `text` matches a pattern in which `*` stands for any characters and `\` takes the next one literally. */
export function matchesEventWildcard(pattern: string, text: string): boolean {
  const source = pattern.replace(/\\([\s\S])|(\*)|[.+?^${}()|[\]\\]/g, (found, escaped?: string, star?: string) => {
    if (star !== undefined) return '[^]*'
    return escaped === undefined ? `\\${found}` : escaped.replace(/[*.+?^${}()|[\]\\]/, '\\$&')
  })
  return new RegExp(`^${source}$`).test(text)
}

export function equalsIgnoringCase(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
