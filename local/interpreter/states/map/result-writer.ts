import type { JsonObject } from '../../contract.ts'
import type { ResultWriter } from '../../machine.ts'
import { compileTemplate } from '../../query/template.ts'
import type { StateSource } from '../fields.ts'

/** ResultWriter: where the results of a distributed Map go. */
export function compileResultWriter({ fields, language }: StateSource): ResultWriter | undefined {
  const writer = fields.ResultWriter as JsonObject | undefined
  if (writer === undefined) return undefined
  const argumentsField = language === 'JSONata' ? 'Arguments' : 'Parameters'
  return {
    resource: writer.Resource as string | undefined,
    parameters:
      writer[argumentsField] === undefined
        ? undefined
        : compileTemplate(writer[argumentsField], { language, field: `ResultWriter/${argumentsField}` }),
    writerConfig: (writer.WriterConfig ?? {}) as JsonObject,
  }
}
