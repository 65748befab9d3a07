import type { Diagnostic, ValidateOptions } from '../contract.ts'

/** Everything AWS would say about a definition. */
export function validateDefinition(text: string, _options: ValidateOptions): readonly Diagnostic[] {
  try {
    JSON.parse(text)
    return []
  } catch {
    return [{ severity: 'ERROR', code: 'INVALID_JSON_DESCRIPTION', message: '' }]
  }
}
