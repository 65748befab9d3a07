/**
 * Says what is wrong with a JSON text in the words of AWS's parser, where they are known; undefined for a valid text.
 */
export function jsonProblem(text: string): string | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch {
    return describe(text.trimStart())
  }
}

function describe(text: string): string {
  if (text === '') return 'No content to map due to end-of-input'
  const token = /^[A-Za-z_$][\w$]*/.exec(text)?.[0]
  if (token)
    return `Unrecognized token '${token}': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')`
  const afterBrace = /^\{\s*([^"\s}])/.exec(text)?.[1]
  if (afterBrace)
    return `Unexpected character ('${afterBrace}' (code ${afterBrace.charCodeAt(0)})): was expecting double-quote to start field name`
  const first = text[0]!
  if (!'{["-0123456789'.includes(first))
    return `Unexpected character ('${first}' (code ${first.charCodeAt(0)})): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')`
  return 'Unexpected end-of-input: expected close marker'
}
