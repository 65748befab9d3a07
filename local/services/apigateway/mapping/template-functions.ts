import { escapeJavaScript } from './escape-java-script.ts'

/** The `$util` variable. */
export const TEMPLATE_FUNCTIONS = {
  escapeJavaScript,
  parseJson: (text: unknown): unknown => JSON.parse(String(text)),
  urlEncode: (text: unknown): string => encodeForm(String(text)),
  urlDecode: (text: unknown): string => decodeURIComponent(String(text).replaceAll('+', ' ')),
  base64Encode: (text: unknown): string => Buffer.from(String(text), 'utf8').toString('base64'),
  base64Decode: (text: unknown): string => Buffer.from(String(text), 'base64').toString('utf8'),
}

/** java.net.URLEncoder: a space becomes `+`, and `!'()~` are encoded, `*` is not. */
function encodeForm(text: string): string {
  const encoded = encodeURIComponent(text).replaceAll('%20', '+')
  return encoded.replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}
