import type { Container } from '../records.ts'

export interface EnvironmentFacts {
  port: number
  /** The instance's own folder: its home, with the model files below it. */
  directory: string
  modelDirectory: string
  region: string
  /** Where the AWS SDK finds every service. */
  endpoint: string
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
  /** Of the host, which programs are found with. */
  path: string
}

/** The whole environment of a container's program: the model's variables and what hosting adds; nothing else of this process's own. */
export function containerEnvironment(container: Container, facts: EnvironmentFacts): Record<string, string> {
  const { credentials } = facts
  return {
    ...container.environment,
    SAGEMAKER_BIND_TO_PORT: String(facts.port),
    SAGEMAKER_SAFE_PORT_RANGE: `${facts.port}-${facts.port}`,
    DARKROOM_BIND_HOST: '127.0.0.1',
    DARKROOM_MODEL_DIR: facts.modelDirectory,
    AWS_REGION: facts.region,
    AWS_DEFAULT_REGION: facts.region,
    AWS_ENDPOINT_URL: facts.endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
    PATH: facts.path,
    // The SDK looks for ~/.aws: the developer's own profiles are none of the container's business.
    HOME: facts.directory,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  }
}
