import type { ErrorObject } from 'ajv-draft-04'
import type { ApiModel } from '../model/api-model.ts'
import { wordValidationErrors } from './validation-wording.ts'

type Validate = ((value: unknown) => boolean) & { errors?: ErrorObject[] | null }

/** Returns what is wrong with `body` against the model, worded as AWS does; undefined when nothing is. */
export type ValidateBody = (modelName: string, body: unknown) => Promise<string | undefined>

/** What every API has without declaring it. */
const BUILT_IN_MODELS: Readonly<Record<string, unknown>> = { Empty: {}, Error: {} }

/** Compiles each model when it is first needed, and loads the validator then: neither belongs to the start of the stack. */
export function createBodyValidator(api: Pick<ApiModel, 'id' | 'schemas'>): ValidateBody {
  const compiled = new Map<string, Promise<Validate>>()
  const compile = async (modelName: string): Promise<Validate> => {
    const { default: module } = await import('ajv-draft-04')
    const ajv = new module.default({
      allErrors: true,
      verbose: true,
      strict: false,
      validateFormats: false,
      logger: false,
    })
    for (const [name, schema] of api.schemas) ajv.addSchema(withoutId(schema), modelUrl(api.id, name))
    const schema = ajv.getSchema(modelUrl(api.id, modelName)) ?? ajv.compile(BUILT_IN_MODELS[modelName] as object)
    return schema as Validate
  }
  return async (modelName, body) => {
    if (!compiled.has(modelName)) compiled.set(modelName, compile(modelName))
    const validate = await compiled.get(modelName)!
    return validate(body) ? undefined : wordValidationErrors(validate.errors ?? [])
  }
}

/** How a model refers to another one. */
function modelUrl(apiId: string, modelName: string): string {
  return `https://apigateway.amazonaws.com/restapis/${apiId}/models/${encodeURIComponent(modelName)}`
}

/** The same schema stands under two names, and an own id would stand in the way of the second; `$schema` only names the draft. */
function withoutId(schema: unknown): object {
  const { id: _id, $schema: _draft, ...rest } = schema as Record<string, unknown>
  return rest
}
