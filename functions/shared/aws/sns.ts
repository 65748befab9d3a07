import { SNSClient } from '@aws-sdk/client-sns'

/** The SNS client of every function. */
export const sns = new SNSClient({})
