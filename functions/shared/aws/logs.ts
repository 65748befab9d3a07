import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'

/** The CloudWatch Logs client of every function. */
export const logs = new CloudWatchLogsClient({})
