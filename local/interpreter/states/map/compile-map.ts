import type { Json, JsonObject } from '../../contract.ts'
import { isArray, isObject } from '../../json.ts'
import type { DistributedFields, MapState, Workflow } from '../../machine.ts'
import { constantExpression, type Expression } from '../../query/expression.ts'
import { compilePath } from '../../query/json-path.ts'
import { compileTemplate, compileTypedJsonata } from '../../query/template.ts'
import { compileBase, compileField, compileResultFields, type StateSource } from '../fields.ts'
import { compileNumberField, readOrFail } from '../number-field.ts'
import { compileItemBatcher } from './item-batcher.ts'
import { compileItemReader } from './item-reader.ts'
import { compileResultWriter } from './result-writer.ts'
import { toleratedFailureCount, toleratedFailurePercentage } from './tolerated-failure.ts'

export function compileMap(source: StateSource, compileWorkflow: (definition: JsonObject) => Workflow): MapState {
  const processor = (source.fields.ItemProcessor ?? source.fields.Iterator) as JsonObject
  const config = (processor.ProcessorConfig ?? {}) as JsonObject
  const mode = config.Mode === 'DISTRIBUTED' ? 'DISTRIBUTED' : 'INLINE'
  return {
    ...compileBase(source),
    ...compileResultFields(source),
    type: 'Map',
    mode,
    processor: compileWorkflow(processor),
    items: compileItems(source, mode),
    itemsPath: source.fields.ItemsPath as string | undefined,
    itemSelector: compileItemSelector(source),
    parameters: undefined,
    maxConcurrency:
      compileNumberField(source, { field: 'MaxConcurrency', accepts: isWhole, expected: 'integer' }) ??
      constantExpression(0),
    distributed: mode === 'DISTRIBUTED' ? compileDistributed(source, config) : undefined,
  }
}

function isWhole(value: Json): boolean {
  return typeof value === 'number' && Number.isInteger(value)
}

/** ItemsPath, or Items: an array, or an expression that makes one (or, for a distributed Map, an object). */
function compileItems({ fields, language }: StateSource, mode: MapState['mode']): Expression | undefined {
  if (language === 'JSONPath') {
    const text = fields.ItemsPath
    if (typeof text !== 'string') return undefined
    const path = compilePath(text)
    return { evaluate: (scope) => readOrFail(() => path.read(scope), text) }
  }
  if (fields.Items === undefined) return undefined
  const accepts = mode === 'DISTRIBUTED' ? (value: Json) => isArray(value) || isObject(value) : isArray
  return compileTypedJsonata(fields.Items, { field: 'Items', expected: 'array', accepts })
}

/** ItemSelector; in a JSONPath Map, Parameters is its older name. */
function compileItemSelector(source: StateSource): Expression | undefined {
  const { fields, language } = source
  if (fields.ItemSelector !== undefined) return compileField(source, 'ItemSelector')
  return language === 'JSONPath' && fields.Parameters !== undefined
    ? compileTemplate(fields.Parameters, { language, field: 'Parameters' })
    : undefined
}

function compileDistributed(source: StateSource, config: JsonObject): DistributedFields {
  return {
    executionType: config.ExecutionType === 'EXPRESS' ? 'EXPRESS' : 'STANDARD',
    label: source.fields.Label as string | undefined,
    toleratedFailureCount: compileNumberField(source, toleratedFailureCount) ?? constantExpression(0),
    toleratedFailurePercentage: compileNumberField(source, toleratedFailurePercentage) ?? constantExpression(0),
    itemReader: compileItemReader(source),
    itemBatcher: compileItemBatcher(source),
    resultWriter: compileResultWriter(source),
  }
}
