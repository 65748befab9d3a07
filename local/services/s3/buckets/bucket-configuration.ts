/** The parts of CloudFormation's AWS::S3::Bucket properties that this S3 keeps, in its spelling. */
export interface BucketConfiguration {
  CorsConfiguration?: { CorsRules: CorsRule[] }
  LifecycleConfiguration?: { Rules: LifecycleRule[] }
  BucketEncryption?: { ServerSideEncryptionConfiguration: EncryptionRule[] }
  PublicAccessBlockConfiguration?: PublicAccessBlock
}

export interface CorsRule {
  Id?: string
  AllowedOrigins: string[]
  AllowedMethods: string[]
  AllowedHeaders?: string[]
  ExposedHeaders?: string[]
  MaxAge?: number
}

export interface LifecycleRule {
  Id?: string
  Status: 'Enabled' | 'Disabled'
  Prefix?: string
  AbortIncompleteMultipartUpload?: { DaysAfterInitiation: number }
  ExpirationInDays?: number
}

export interface EncryptionRule {
  BucketKeyEnabled?: boolean
  ServerSideEncryptionByDefault?: { SSEAlgorithm: string; KMSMasterKeyID?: string }
}

export interface PublicAccessBlock {
  BlockPublicAcls?: boolean
  IgnorePublicAcls?: boolean
  BlockPublicPolicy?: boolean
  RestrictPublicBuckets?: boolean
}

/** A bucket as a template declares it; properties beyond these are allowed and ignored, except versioning. */
export interface BucketDeployment extends BucketConfiguration {
  name: string
  [property: string]: unknown
}

const KEPT = [
  'CorsConfiguration',
  'LifecycleConfiguration',
  'BucketEncryption',
  'PublicAccessBlockConfiguration',
] as const

/** Picks what is kept; throws for a bucket that this S3 could not be faithful to. */
export const readDeployment = (deployment: BucketDeployment): BucketConfiguration => {
  const versioning = deployment.VersioningConfiguration as { Status?: string } | undefined
  if (versioning?.Status === 'Enabled') {
    throw new Error(`Bucket ${deployment.name} asks for versioning, which the S3 of the laptop stack does not have`)
  }
  return Object.fromEntries(
    KEPT.filter((name) => deployment[name] !== undefined).map((name) => [name, deployment[name]]),
  )
}
