import type { Json, JsonObject } from '../../contract.ts'
import type { ItemReader } from '../../machine.ts'
import { compileTemplate } from '../../query/template.ts'
import type { StateSource } from '../fields.ts'
import { compileNumberField, numericText } from '../number-field.ts'

/** ItemReader: where the items of a distributed Map lie. */
export function compileItemReader({ fields, language }: StateSource): ItemReader | undefined {
  const reader = fields.ItemReader as JsonObject | undefined
  if (reader === undefined) return undefined
  const { MaxItems: _literal, MaxItemsPath: _path, ...config } = (reader.ReaderConfig ?? {}) as JsonObject
  const argumentsField = language === 'JSONata' ? 'Arguments' : 'Parameters'
  return {
    resource: reader.Resource as string,
    parameters:
      reader[argumentsField] === undefined
        ? undefined
        : compileTemplate(reader[argumentsField], { language, field: `ItemReader/${argumentsField}` }),
    config,
    maxItems: compileNumberField(
      { fields: (reader.ReaderConfig ?? {}) as JsonObject, language },
      { field: 'MaxItems', accepts: isWhole, expected: 'integer', coerce: numericText },
    ),
  }
}

function isWhole(value: Json): boolean {
  return typeof value === 'number' && Number.isInteger(value)
}
