import { isObject } from '../json.ts'
import { type Check, isObjectTemplate } from './check-value.ts'
import { schemaError } from './finding.ts'

/** Credentials: `{ RoleArn }`, or `{ "RoleArn.$" }` in JSONPath. */
export const checkCredentials: Check = (value, place) => {
  const named =
    isObject(value) &&
    (value.RoleArn !== undefined || (place.language === 'JSONPath' && value['RoleArn.$'] !== undefined))
  if (isObject(value) && !named) return [schemaError("The field 'RoleArn' is required but was missing", place.location)]
  return isObjectTemplate(value, place)
}
