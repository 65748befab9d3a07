import { basename, join } from 'node:path'
import type { Resource, Stack } from '../../template/stack.ts'
import { TemplateError } from '../../template/stack.ts'

/** A function of the stack, as far as running it needs. */
export interface LambdaFunction {
  name: string
  arn: string
  description: string
  /** The packaged bundle. */
  zipFile: string
  /** `src/hello.handler` */
  handler: string
  /** `nodejs24.x` */
  runtime: string
  timeoutSeconds: number
  memoryMegabytes: number
  environment: Readonly<Record<string, string>>
  roleArn: string
  logGroup: string
  architectures: string[]
  /** How many invocations AWS would run at once; the laptop lets the others wait. */
  reservedConcurrency?: number
  /** How often an asynchronous invocation that failed is tried again. */
  retryAttempts: number
}

interface FunctionProperties {
  FunctionName?: string
  Description?: string
  Code: { S3Key?: string }
  Handler: string
  Runtime: string
  Timeout?: number
  MemorySize?: number
  Environment?: { Variables?: Record<string, unknown> }
  Role: string
  Architectures?: string[]
  LoggingConfig?: { LogGroup?: string }
  ReservedConcurrentExecutions?: number
}

const AWS_RETRY_ATTEMPTS = 2

/** The Node.js functions of a stack; `directory` is the folder `serverless package` wrote. */
export function lambdaFunctions(stack: Stack, directory: string): LambdaFunction[] {
  return stack.byType('AWS::Lambda::Function').map((resource) => {
    const properties = resource.properties as unknown as FunctionProperties
    const name = resource.physicalId
    return {
      name,
      arn: resource.attributes.Arn!,
      description: properties.Description ?? '',
      zipFile: join(directory, basename(codeKey(resource, properties))),
      handler: properties.Handler,
      runtime: properties.Runtime,
      timeoutSeconds: Number(properties.Timeout ?? 3),
      memoryMegabytes: Number(properties.MemorySize ?? 128),
      environment: textValues(properties.Environment?.Variables ?? {}),
      roleArn: properties.Role,
      logGroup: properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
      architectures: properties.Architectures ?? ['x86_64'],
      ...(properties.ReservedConcurrentExecutions !== undefined && {
        reservedConcurrency: Number(properties.ReservedConcurrentExecutions),
      }),
      retryAttempts: retryAttempts(stack, resource),
    }
  })
}

function codeKey({ logicalId }: Resource, { Code: code, Runtime: runtime }: FunctionProperties): string {
  const path = `Resources.${logicalId}.Properties`
  if (!/^nodejs\d+\.x$/.test(runtime))
    throw new TemplateError(`${path}.Runtime`, `the laptop stack does not run ${runtime}`)
  if (code.S3Key === undefined) throw new TemplateError(`${path}.Code`, 'the laptop stack runs packaged zip files only')
  return code.S3Key
}

function retryAttempts(stack: Stack, { logicalId, physicalId, attributes }: Resource): number {
  const config = stack
    .byType('AWS::Lambda::EventInvokeConfig')
    .find(({ properties }) => properties.FunctionName === physicalId || properties.FunctionName === attributes.Arn)
  if (config?.properties.DestinationConfig !== undefined) {
    throw new TemplateError(
      `Resources.${logicalId}`,
      'the laptop stack has no destinations of asynchronous invocations',
    )
  }
  return Number(config?.properties.MaximumRetryAttempts ?? AWS_RETRY_ATTEMPTS)
}

function textValues(variables: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)]))
}
