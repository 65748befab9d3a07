import type { Fleets } from '../hosting/hosting.ts'
import type { AsyncInference, EndpointRecord } from '../records.ts'

/** What DescribeEndpoint answers. */
export function describeEndpoint(record: EndpointRecord, fleets: Fleets | undefined): object {
  const hasVariants = record.status !== 'Creating' && record.status !== 'Failed'
  return {
    EndpointName: record.name,
    EndpointArn: record.arn,
    EndpointConfigName: record.configName,
    ...(hasVariants && { ProductionVariants: describeVariants(record, fleets) }),
    EndpointStatus: record.status,
    ...(record.failureReason !== undefined && { FailureReason: record.failureReason }),
    CreationTime: record.createdAt / 1_000,
    LastModifiedTime: record.modifiedAt / 1_000,
    ...(record.asyncInference && { AsyncInferenceConfig: describeAsyncInference(record.asyncInference) }),
  }
}

function describeVariants({ variants, next, createdAt }: EndpointRecord, fleets: Fleets | undefined): object[] {
  return variants.map(({ name, weight, desiredCount, container: { image } }) => {
    const target = next?.variants.find((variant) => variant.name === name)
    return {
      VariantName: name,
      DeployedImages: [{ SpecifiedImage: image, ResolvedImage: image, ResolutionTime: createdAt / 1_000 }],
      CurrentWeight: weight,
      DesiredWeight: target?.weight ?? weight,
      CurrentInstanceCount: fleets?.get(name)?.size ?? 0,
      DesiredInstanceCount: target?.desiredCount ?? desiredCount,
    }
  })
}

function describeAsyncInference(config: AsyncInference): object {
  const { outputPath, failurePath, successTopic, errorTopic, includeResponseIn, maxConcurrentPerInstance } = config
  return {
    ...(maxConcurrentPerInstance && {
      ClientConfig: { MaxConcurrentInvocationsPerInstance: maxConcurrentPerInstance },
    }),
    OutputConfig: {
      S3OutputPath: outputPath,
      S3FailurePath: failurePath,
      NotificationConfig: {
        SuccessTopic: successTopic,
        ErrorTopic: errorTopic,
        ...(includeResponseIn.length > 0 && { IncludeInferenceResponseIn: includeResponseIn }),
      },
    },
  }
}
