import type { Json, JsonObject } from '../contract.ts'
import { compileCatch, compileResultPath } from '../error/catch.ts'
import { compileRetry } from '../error/retry.ts'
import type { ResultFields, StateBase } from '../machine.ts'
import type { Expression } from '../query/expression.ts'
import { compilePath, type Path } from '../query/json-path.ts'
import { compileTemplate, type QueryLanguage } from '../query/template.ts'

/** One state of a definition on its way to a compiled state. */
export interface StateSource {
  readonly name: string
  readonly fields: JsonObject
  readonly language: QueryLanguage
}

/** Compiles a field that is a template, or answers undefined when the state does not have it. */
export function compileField({ fields, language }: StateSource, field: string): Expression | undefined {
  return fields[field] === undefined ? undefined : compileTemplate(fields[field], { language, field })
}

/** The fields every state has. */
export function compileBase(source: StateSource): StateBase {
  const { name, fields, language } = source
  return {
    name,
    language,
    next: fields.Next as string | undefined,
    inputPath: compileOptionalPath(fields.InputPath),
    outputPath: compileOptionalPath(fields.OutputPath),
    assign: compileField(source, 'Assign'),
    output: language === 'JSONata' ? compileField(source, 'Output') : undefined,
  }
}

function compileOptionalPath(value: Json | undefined): Path | null | undefined {
  return typeof value === 'string' ? compilePath(value) : (value as null | undefined)
}

/** The fields of Task, Parallel and Map. */
export function compileResultFields(source: StateSource): ResultFields {
  const { fields, language } = source
  return {
    parameters: compileField(source, language === 'JSONata' ? 'Arguments' : 'Parameters'),
    resultSelector: compileField(source, 'ResultSelector'),
    resultPath: compileResultPath(fields.ResultPath),
    retry: compileRetry(fields.Retry),
    catch: compileCatch(fields.Catch, language),
  }
}
