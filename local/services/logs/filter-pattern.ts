/**
 * Whether a line matches a CloudWatch Logs filter pattern of terms: every `term` and `"exact phrase"` is in it, no `-term` is, and of
 * `?terms` one is. Patterns for JSON and for columns match nothing they could not match as text.
 */
export function matchesFilterPattern(pattern: string, line: string): boolean {
  const terms = [...pattern.matchAll(/([-?]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))/g)].map(([, sign, quoted, bare]) => ({
    sign,
    text: quoted === undefined ? bare! : quoted.replace(/\\(.)/g, '$1'),
  }))
  const having = (wanted: string) => terms.filter(({ sign }) => sign === wanted)
  const optional = having('?')
  return (
    having('').every(({ text }) => line.includes(text)) &&
    having('-').every(({ text }) => !line.includes(text)) &&
    (optional.length === 0 || optional.some(({ text }) => line.includes(text)))
  )
}
