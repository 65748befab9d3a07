import { SFNClient } from '@aws-sdk/client-sfn'

/** The Step Functions client of every function. */
export const states = new SFNClient({})
