import { isConditionFailure, withTransientErrors } from './classify-aws-error.ts'

/** Makes a conditional write; false when its condition does not hold. Throws `TransientError` and what DynamoDB refuses otherwise. */
export async function unlessRefused(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await withTransientErrors(write)
    return true
  } catch (error) {
    if (isConditionFailure(error)) return false
    throw error
  }
}
