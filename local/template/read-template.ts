import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface TemplateResource {
  Type: string
  Properties?: Record<string, unknown>
  Condition?: string
  DependsOn?: string | string[]
}

export interface TemplateParameter {
  Type: string
  Default?: string | number
  AllowedPattern?: string
  AllowedValues?: (string | number)[]
  ConstraintDescription?: string
  MinLength?: number | string
  MaxLength?: number | string
  MinValue?: number | string
  MaxValue?: number | string
}

export interface TemplateOutput {
  Value: unknown
  Condition?: string
}

export interface Template {
  Parameters?: Record<string, TemplateParameter>
  Mappings?: Record<string, Record<string, Record<string, unknown>>>
  Conditions?: Record<string, unknown>
  Resources: Record<string, TemplateResource>
  Outputs?: Record<string, TemplateOutput>
}

/** What `serverless package` left behind. */
export interface Package {
  /** The name that `serverless deploy` would give the stack. */
  stackName: string
  template: Template
  /** The parameter values that `serverless deploy` would pass. */
  parameters: Record<string, string>
}

interface Provider {
  stage: string
  stackName?: string
  stackParameters?: { ParameterKey: string; ParameterValue?: string | number }[]
}

interface ServerlessState {
  service: { service: string; provider: Provider }
}

/** Reads the packaged template and the stack's name from a `.serverless` folder. */
export function readTemplate(directory: string): Package {
  const state = readJson<ServerlessState>(directory, 'serverless-state.json').service
  return {
    stackName: state.provider.stackName ?? `${state.service}-${state.provider.stage}`,
    template: readJson<Template>(directory, 'cloudformation-template-update-stack.json'),
    parameters: stackParameters(state.provider),
  }
}

function stackParameters({ stackParameters: declared = [] }: Provider): Record<string, string> {
  const given = declared.filter(({ ParameterValue: value }) => value !== undefined)
  return Object.fromEntries(given.map(({ ParameterKey: name, ParameterValue: value }) => [name, String(value)]))
}

function readJson<T>(directory: string, file: string): T {
  const path = join(directory, file)
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T
  } catch (cause) {
    throw new Error(
      `Cannot read ${path}: ${(cause as Error).message}. Package the service first: npx serverless package`,
      {
        cause,
      },
    )
  }
}
