import { isConditionFailure } from '../../shared/aws/classify-aws-error.ts'

/** A condition can fail this often because the machine's last writes overtake us. */
const ATTEMPTS = 3

/** Concludes a record by conditional writes, anew when the record has changed in between. */
export async function keepConcluding<Concluded>(conclude: () => Promise<Concluded>): Promise<Concluded> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await conclude()
    } catch (error) {
      if (!isConditionFailure(error) || attempt === ATTEMPTS) throw error
    }
  }
}
