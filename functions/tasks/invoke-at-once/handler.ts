import { requireEnv } from '../../shared/env.ts'
import { type InvokeAtOnceEvent, invokeAtOnce } from './invoke-at-once.ts'

const bucket = requireEnv('BUCKET')

/** The state "Invoke at once". */
export async function handler(event: InvokeAtOnceEvent): Promise<{ outputLocation: string }> {
  return invokeAtOnce(bucket, event)
}
