import { choiceField, flagField, refuse, textField } from '../../shared/http/fields.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'
import { TRAINING_METHODS, type TrainingRequest } from '../../shared/trainings/training-request.ts'
import { readInstanceType, SETTING_FIELDS, type SettingField } from './setting-fields.ts'

/** A stem that is a good file name everywhere. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._ -]{0,63}$/

/** Fields beside the settings. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['name', 'base', 'dataset', 'method', 'instanceType', 'notify'])

/** Reads the plain form of `POST /trainings`; every refusal names the field and the fix. Nulls are as absent. */
export function readPlainRequest(sent: JsonObject): TrainingRequest {
  const body = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== null))
  refuseUnknown(body)
  return {
    name: readName(body.name, 'name'),
    base: textField(body.base, 'base', { max: 255 }),
    dataset: textField(body.dataset, 'dataset', { max: 255 }),
    method: choiceField(body.method, 'method', TRAINING_METHODS),
    ...readSettings(body),
    ...(body.instanceType === undefined
      ? {}
      : { instanceTypes: [readInstanceType(body.instanceType, 'instanceType')] }),
    ...(body.notify === undefined ? {} : { notify: flagField(body.notify, 'notify') }),
  }
}

/** The settings among the fields of a body, each checked; `whereOf` says what the caller calls a field. */
export function readSettings(body: JsonObject, whereOf = (field: string): string => field): Partial<TrainingRequest> {
  const given = Object.entries(body).filter(([field]) => Object.hasOwn(SETTING_FIELDS, field))
  return Object.fromEntries(
    given.map(([field, value]) => [field, SETTING_FIELDS[field as SettingField](value, whereOf(field))]),
  )
}

/** A name for what comes out. */
export function readName(value: unknown, where: string): string {
  const name = textField(value, where, { max: 80 }).replace(/\.safetensors$/i, '')
  if (NAME.test(name) && !/[. ]$/.test(name)) return name
  return refuse(
    where,
    `is "${name}"`,
    'give 1 to 64 letters, digits, spaces, dots, hyphens, underscores; a letter or digit first',
  )
}

/** A field that is misspelt would cost an hour of a GPU. */
function refuseUnknown(body: JsonObject): void {
  const unknown = Object.keys(body).find((field) => !OWN_FIELDS.has(field) && !Object.hasOwn(SETTING_FIELDS, field))
  if (unknown !== undefined) refuse(unknown.slice(0, 80), 'is not known', 'docs/api.md lists the fields')
  if (body.instanceType !== undefined && body.instanceTypes !== undefined) {
    refuse('instanceType', 'is given beside instanceTypes', 'give one of the two')
  }
}
