const QUOTED_OR_WORD = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g

/** Parses JSON as Python's writer makes it: `Infinity`, `-Infinity` and `NaN` outside of strings become null. Throws `SyntaxError`. */
export function parseTolerantJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return JSON.parse(text.replace(QUOTED_OR_WORD, (found) => (found.startsWith('"') ? found : 'null')))
  }
}
