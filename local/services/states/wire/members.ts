import { flag, list, number, oneOf, required, structure, text } from './shapes.ts'

/** Members that several operations share, with the limits of AWS's service model. */
export const arn = text({ min: 1, max: 256 })
export const longArn = text({ min: 1, max: 2000 })
export const name = text({ min: 1, max: 80 })
export const definition = text({ min: 1, max: 1_048_576, sensitive: true })
export const payload = text({ max: 262_144, sensitive: true })
export const description = text({ max: 256 })
export const errorName = text({ max: 256, sensitive: true })
export const errorCause = text({ max: 32_768, sensitive: true })
export const taskToken = text({ min: 1, max: 2048 })
export const pageSize = number({ min: 0, max: 1000 })
export const pageToken = text({ min: 1, max: 1024 })
export const machineType = oneOf('STANDARD', 'EXPRESS')
export const includedData = oneOf('ALL_DATA', 'METADATA_ONLY')
export const traceHeader = text({ max: 256 })
export const tagKey = text({ min: 1, max: 128 })
export const tags = list(structure({ key: tagKey, value: text({ max: 256 }) }))
export const tracingConfiguration = structure({ enabled: flag() })

export const loggingConfiguration = structure({
  level: oneOf('ALL', 'ERROR', 'FATAL', 'OFF'),
  includeExecutionData: flag(),
  destinations: list(structure({ cloudWatchLogsLogGroup: structure({ logGroupArn: arn }) })),
})

export const encryptionConfiguration = structure({
  kmsKeyId: text({ min: 1, max: 2048 }),
  kmsDataKeyReusePeriodSeconds: number({ min: 60, max: 900 }),
  type: required(oneOf('AWS_OWNED_KEY', 'CUSTOMER_MANAGED_KMS_KEY')),
})

export const routingConfiguration = list(
  structure({ stateMachineVersionArn: required(arn), weight: required(number({ min: 0, max: 100 })) }),
  { min: 1, max: 2 },
)
