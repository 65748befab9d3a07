const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "'": "\\'",
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\n': '\\n',
  '\t': '\\t',
  '\f': '\\f',
  '\r': '\\r',
}

/**
 * `$util.escapeJavaScript`: the rules of commons-lang 2's StringEscapeUtils, which AWS uses. Single quotes become `\'`, which JSON
 * does not know, so templates undo it with `.replaceAll("\\'", "'")`; everything outside printable ASCII becomes `\uXXXX`.
 */
export function escapeJavaScript(value: unknown): string {
  const text = typeof value === 'string' ? value : String(value ?? 'null')
  return text.replace(/["'\\/]|[^\x20-\x7e]/g, (character) => ESCAPES[character] ?? unicodeEscape(character))
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
}
