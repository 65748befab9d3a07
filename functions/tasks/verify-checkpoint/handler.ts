import { type VerifiedCheckpoint, type VerifyCheckpointEvent, verifyCheckpoint } from './verify-checkpoint.ts'

/** The state "Verify checkpoint". */
export async function handler(event: VerifyCheckpointEvent): Promise<VerifiedCheckpoint> {
  return verifyCheckpoint(event)
}
