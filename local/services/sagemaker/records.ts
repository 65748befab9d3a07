import type { JsonObject } from '../../http/json-service.ts'

export interface Tag {
  Key: string
  Value: string
}

/** Where the files under the model directory come from. */
export interface ModelData {
  /** `s3://bucket/prefix/` or `s3://bucket/model.tar.gz` */
  uri: string
  kind: 'prefix' | 'object' | 'archive'
}

/** What every instance of a variant runs. */
export interface Container {
  image: string
  environment: Record<string, string>
  modelData?: ModelData
  /** The model's execution role, whose credentials the container gets. */
  roleArn: string
}

export interface ModelRecord {
  name: string
  arn: string
  createdAt: number
  /** What DescribeModel shows: the request as it came. */
  definition: JsonObject
  container: Container
  tags: Tag[]
}

export interface EndpointConfigRecord {
  name: string
  arn: string
  createdAt: number
  definition: JsonObject
  variants: ConfiguredVariant[]
  asyncInference?: AsyncInference
  tags: Tag[]
}

/** A production variant as a configuration states it. */
export interface ConfiguredVariant {
  name: string
  modelName: string
  instanceType: string
  initialCount: number
  weight: number
  /** Seconds. */
  startupTimeout?: number
}

export interface AsyncInference {
  outputPath: string
  failurePath?: string
  successTopic?: string
  errorTopic?: string
  includeResponseIn: string[]
  maxConcurrentPerInstance?: number
}

export type EndpointStatus = 'Creating' | 'InService' | 'Updating' | 'RollingBack' | 'Failed' | 'Deleting'

/** A variant as it is deployed: with the container it was deployed with, whatever becomes of the model. */
export interface DeployedVariant extends ConfiguredVariant {
  desiredCount: number
  container: Container
}

/** What an endpoint runs, or is about to run. */
export interface Deployment {
  configName: string
  variants: DeployedVariant[]
  asyncInference?: AsyncInference
}

export interface EndpointRecord extends Deployment {
  name: string
  arn: string
  status: EndpointStatus
  failureReason?: string
  createdAt: number
  modifiedAt: number
  tags: Tag[]
  /** While the status is Updating: what it will run if that goes well. */
  next?: Deployment
}
