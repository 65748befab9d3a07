import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling'

/** The Application Auto Scaling client of every function. */
export const autoScaling = new ApplicationAutoScalingClient({})
