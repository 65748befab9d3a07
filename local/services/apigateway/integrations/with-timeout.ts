import type { Clock } from '../../../clock.ts'
import { GatewayError } from '../gateway-error.ts'

/** Waits for `work` until the integration's time is over, then throws INTEGRATION_TIMEOUT; the work itself goes on, as on AWS. */
export async function withTimeout<T>(work: Promise<T>, timeoutMs: number, clock: Clock): Promise<T> {
  let cancel = (): void => {}
  const timeout = new Promise<never>((_, reject) => {
    cancel = clock.setTimer(clock.now() + timeoutMs, () => reject(new GatewayError('INTEGRATION_TIMEOUT')))
  })
  try {
    return await Promise.race([work, timeout])
  } finally {
    cancel()
  }
}
