import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'

/** The CloudWatch client of every function. */
export const cloudwatch = new CloudWatchClient({})
