import type { LambdaFunction } from '../lambda-function.ts'

/** Temporary credentials of a role. */
export interface RoleCredentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken: string
  /** Milliseconds since the epoch; without it they last as long as the stack. */
  expiresAt?: number
}

export interface EnvironmentFacts {
  region: string
  /** Where the AWS SDK finds every service: `http://127.0.0.1:4566`. */
  endpoint: string
  credentials: RoleCredentials
  root: string
  logStream: string
}

/** The whole environment of a function: the template's variables and what Lambda adds; nothing of this process's own. */
export function workerEnvironment(lambda: LambdaFunction, facts: EnvironmentFacts): Record<string, string> {
  return {
    ...lambda.environment,
    AWS_REGION: facts.region,
    AWS_DEFAULT_REGION: facts.region,
    AWS_ENDPOINT_URL: facts.endpoint,
    AWS_ACCESS_KEY_ID: facts.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: facts.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: facts.credentials.sessionToken,
    AWS_EXECUTION_ENV: `AWS_Lambda_${lambda.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: lambda.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(lambda.memoryMegabytes),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_LOG_GROUP_NAME: lambda.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: facts.logStream,
    LAMBDA_TASK_ROOT: facts.root,
    // The SDK looks for ~/.aws: the developer's own profiles are none of the function's business.
    HOME: facts.root,
    // Deployed functions run on their own Node.js: what the SDK thinks of the laptop's does not belong into their logs.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  }
}
