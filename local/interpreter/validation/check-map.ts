import type { Diagnostic, Json } from '../contract.ts'
import { isObject } from '../json.ts'
import { checkFields, type Shape } from './check-fields.ts'
import {
  type Check,
  isArrayValue,
  isNumber,
  isPath,
  isReferencePath,
  isTemplate,
  isText,
  oneOf,
} from './check-value.ts'
import { schemaError } from './finding.ts'
import type { Place } from './place.ts'

function checkObject(value: Json, shape: Shape, place: Place): readonly Diagnostic[] {
  return isObject(value)
    ? checkFields(value, shape, place)
    : [schemaError('Expected value of type Object', place.location)]
}

const readerConfig: Shape = {
  InputType: { check: oneOf('CSV', 'JSON', 'JSONL', 'MANIFEST', 'PARQUET') },
  Transformation: { check: oneOf('NONE', 'LOAD_AND_FLATTEN') },
  ManifestType: { check: oneOf('ATHENA_DATA', 'S3_INVENTORY') },
  CSVDelimiter: { check: isText },
  CSVHeaderLocation: { check: oneOf('FIRST_ROW', 'GIVEN') },
  CSVHeaders: { check: isArrayValue },
  ItemsPointer: { check: isText },
  MaxItems: { check: isNumber({ least: 0 }) },
  MaxItemsPath: { check: isReferencePath, language: 'JSONPath' },
}

const itemReader: Shape = {
  Resource: { check: isText, required: true },
  Parameters: { check: isTemplate, language: 'JSONPath' },
  Arguments: { check: isTemplate, language: 'JSONata' },
  ReaderConfig: { check: (value, place) => checkObject(value, readerConfig, place) },
}

export const checkItemReader: Check = (value, place) => checkObject(value, itemReader, place)

const itemBatcher: Shape = {
  MaxItemsPerBatch: { check: isNumber({ least: 1 }) },
  MaxItemsPerBatchPath: { check: isPath, language: 'JSONPath' },
  MaxInputBytesPerBatch: { check: isNumber({ least: 1, most: 262_144 }) },
  MaxInputBytesPerBatchPath: { check: isPath, language: 'JSONPath' },
  BatchInput: { check: isTemplate },
}

export const checkItemBatcher: Check = (value, place) => checkObject(value, itemBatcher, place)

const writerConfig: Shape = {
  Transformation: { check: oneOf('NONE', 'COMPACT', 'FLATTEN') },
  OutputType: { check: oneOf('JSON', 'JSONL') },
}

const resultWriter: Shape = {
  Resource: { check: isText },
  Parameters: { check: isTemplate, language: 'JSONPath' },
  Arguments: { check: isTemplate, language: 'JSONata' },
  WriterConfig: { check: (value, place) => checkObject(value, writerConfig, place) },
}

export const checkResultWriter: Check = (value, place) => checkObject(value, resultWriter, place)

const LONGEST_LABEL = 40
/** White space, wildcards, brackets, punctuation and control characters have no place in an ARN. */
const NOT_IN_LABEL = /[\s?*<>{}[\]:;,\\|^~$#%&`"\p{Cc}]/u

/** Label: a part of the map run's ARN. */
export const checkLabel: Check = (value, place) => {
  if (typeof value !== 'string') return isText(value, place)
  if (value.length === 0 || value.length > LONGEST_LABEL)
    return [schemaError(`Label must have between 1 and ${LONGEST_LABEL} characters`, place.location)]
  const invalid = NOT_IN_LABEL.exec(value)
  return invalid === null ? [] : [schemaError(`Label contains invalid character: '${invalid[0]}'`, place.location)]
}
