import { InvalidRequestError } from '../errors.ts'
import { choiceField, integerField, objectField, refuse, textField } from '../http/fields.ts'
import { MERGE_METHODS, MERGE_PRECISIONS, type MergeMethod, type MergeRequest } from '../merges/merge-record.ts'
import { compileNamePattern } from './name-pattern.ts'
import type { InputRole } from './plan.ts'

/** The models that each method combines. */
const MODELS: Record<MergeMethod, readonly Exclude<InputRole, 'bakeInVae'>[]> = {
  none: ['primary'],
  'weighted-sum': ['primary', 'secondary'],
  'add-difference': ['primary', 'secondary', 'tertiary'],
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._ -]{0,63}$/
const MOST_PARTS = 10_000
const LONGEST_REFERENCE = 255

/** Checks what the API's schema may not have seen: an execution can be started without the API. Throws `InvalidRequest` naming field and fix. */
export function checkMergeRequest(value: unknown): MergeRequest {
  const request = objectField(value, 'request')
  const method = choiceField(request.method, 'method', MERGE_METHODS)
  for (const role of MODELS[method]) textField(request[role], role, { max: LONGEST_REFERENCE })
  for (const role of MODELS['add-difference']) {
    if (request[role] === undefined || MODELS[method].includes(role)) continue
    refuse(role, `is given but ${method} does not use it`, 'leave it out or choose another method')
  }
  if (request.bakeInVae !== undefined) textField(request.bakeInVae, 'bakeInVae', { max: LONGEST_REFERENCE })
  if (request.precision !== undefined) choiceField(request.precision, 'precision', MERGE_PRECISIONS)
  if (request.parts !== undefined) integerField(request.parts, 'parts', { min: 1, max: MOST_PARTS })
  checkMultiplier(request.multiplier)
  checkName(request.name)
  if (request.discardWeights !== undefined) {
    compileNamePattern(textField(request.discardWeights, 'discardWeights', { min: 0 }), 'discardWeights')
  }
  return request as unknown as MergeRequest
}

/** The models that the request names, the VAE last. */
export function modelsOfRequest(request: MergeRequest): [role: InputRole, idOrFileName: string][] {
  const roles: InputRole[] = [...MODELS[request.method], 'bakeInVae']
  return roles.flatMap((role) => (request[role] === undefined ? [] : [[role, request[role]]]))
}

function checkMultiplier(multiplier: unknown): void {
  if (multiplier === undefined) return
  if (typeof multiplier === 'number' && multiplier >= 0 && multiplier <= 1) return
  refuse('multiplier', `is ${JSON.stringify(multiplier)}`, 'give a number from 0 to 1')
}

function checkName(name: unknown): void {
  if (name === undefined) return
  if (NAME.test(textField(name, 'name'))) return
  throw new InvalidRequestError(
    'name has characters that file names should not have: use at most 64 letters, digits, dots, spaces, _ and -, a letter or digit first',
  )
}
