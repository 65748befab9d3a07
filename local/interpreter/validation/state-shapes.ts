import type { StateType } from '../machine.ts'
import { checkCatch } from './check-catch.ts'
import { checkChoices } from './check-choices.ts'
import { checkCredentials } from './check-credentials.ts'
import type { FieldRule, Shape } from './check-fields.ts'
import { checkItemBatcher, checkItemReader, checkLabel, checkResultWriter } from './check-map.ts'
import { checkResource } from './check-resource.ts'
import { checkRetry } from './check-retry.ts'
import {
  anything,
  isArrayValue,
  isBoolean,
  isNumber,
  isObjectTemplate,
  isObjectValue,
  isPath,
  isPathOrIntrinsic,
  isPathOrNull,
  isReferencePath,
  isReferencePathOrNull,
  isTemplate,
  isText,
  isTextOrJsonata,
  isTimestamp,
  oneOf,
} from './check-value.ts'

const jsonPath = (check: FieldRule['check']): FieldRule => ({ check, language: 'JSONPath' })
const jsonata = (check: FieldRule['check']): FieldRule => ({ check, language: 'JSONata' })

/** Fields of every state; `X.$`-free JSON. */
const common: Shape = {
  Type: { check: isText },
  Comment: { check: isText },
  QueryLanguage: { check: oneOf('JSONPath', 'JSONata') },
}

const flow: Shape = { Next: { check: isText }, End: { check: isBoolean } }
const input: Shape = { InputPath: jsonPath(isPathOrNull) }
const output: Shape = { OutputPath: jsonPath(isPathOrNull), Output: jsonata(isTemplate) }
const assign: Shape = { Assign: { check: isObjectTemplate } }
const result: Shape = { ResultPath: jsonPath(isReferencePathOrNull), ResultSelector: jsonPath(isObjectTemplate) }
const recovery: Shape = { Retry: { check: checkRetry }, Catch: { check: checkCatch } }

const seconds = isNumber({ least: 1, most: 99_999_999 })

const pass: Shape = {
  ...common,
  ...flow,
  ...input,
  ...output,
  ...assign,
  Result: jsonPath(anything),
  Parameters: jsonPath(isTemplate),
  ResultPath: jsonPath(isReferencePathOrNull),
}

const task: Shape = {
  ...common,
  ...flow,
  ...input,
  ...output,
  ...assign,
  ...result,
  ...recovery,
  Resource: { check: checkResource, required: true },
  Parameters: jsonPath(isTemplate),
  Arguments: jsonata(isTemplate),
  Credentials: { check: checkCredentials },
  TimeoutSeconds: { check: seconds },
  TimeoutSecondsPath: jsonPath(isReferencePath),
  HeartbeatSeconds: { check: seconds },
  HeartbeatSecondsPath: jsonPath(isReferencePath),
}

const choice: Shape = {
  ...common,
  ...input,
  ...output,
  ...assign,
  Choices: { check: checkChoices, required: true },
  Default: { check: isText },
}

const wait: Shape = {
  ...common,
  ...flow,
  ...input,
  ...output,
  ...assign,
  Seconds: { check: isNumber({ least: 0, most: 99_999_999 }) },
  SecondsPath: jsonPath(isReferencePath),
  Timestamp: { check: isTimestamp },
  TimestampPath: jsonPath(isReferencePath),
}

const succeed: Shape = { ...common, ...input, ...output }

const fail: Shape = {
  ...common,
  Error: { check: isTextOrJsonata },
  Cause: { check: isTextOrJsonata },
  ErrorPath: jsonPath(isPathOrIntrinsic),
  CausePath: jsonPath(isPathOrIntrinsic),
}

const parallel: Shape = {
  ...common,
  ...flow,
  ...input,
  ...output,
  ...assign,
  ...result,
  ...recovery,
  Branches: { check: isArrayValue, required: true },
  Parameters: jsonPath(isTemplate),
  Arguments: jsonata(isTemplate),
}

const map: Shape = {
  ...common,
  ...flow,
  ...input,
  ...output,
  ...assign,
  ...result,
  ...recovery,
  ItemProcessor: { check: isObjectValue },
  Iterator: { check: isObjectValue },
  ItemsPath: jsonPath(isPath),
  Items: jsonata(anything),
  ItemSelector: { check: isTemplate },
  Parameters: jsonPath(isTemplate),
  MaxConcurrency: { check: isNumber({ least: 0 }) },
  MaxConcurrencyPath: jsonPath(isReferencePath),
  ItemReader: { check: checkItemReader },
  ItemBatcher: { check: checkItemBatcher },
  ResultWriter: { check: checkResultWriter },
  ToleratedFailureCount: { check: isNumber({ least: 0 }) },
  ToleratedFailureCountPath: jsonPath(isReferencePath),
  ToleratedFailurePercentage: { check: isNumber({ least: 0, most: 100, integer: false }) },
  ToleratedFailurePercentagePath: jsonPath(isReferencePath),
  Label: { check: checkLabel },
}

/** Which fields each type of state may have. */
export const stateShapes: { readonly [T in StateType]: Shape } = {
  Pass: pass,
  Task: task,
  Choice: choice,
  Wait: wait,
  Succeed: succeed,
  Fail: fail,
  Parallel: parallel,
  Map: map,
}
