import type { Exchange } from '../exchange.ts'
import { GatewayError } from '../gateway-error.ts'
import { contentTypeOf } from '../gateway-request.ts'
import { mapParameter } from '../map-parameter.ts'
import type { ValidateBody } from './body-validator.ts'

/** Throws BAD_REQUEST_PARAMETERS or BAD_REQUEST_BODY for a request that the method's validator refuses. */
export async function validateRequest(exchange: Exchange, validateBody: ValidateBody): Promise<void> {
  const { method } = exchange.route
  if (method.validatesParameters) validateParameters(exchange)
  if (method.validatesBody) await validateModel(exchange, validateBody)
}

/** A parameter that is there but blank counts as missing. */
function validateParameters({ api, request, route, context }: Exchange): void {
  const sources = { context, stageVariables: api.stageVariables, request, pathParameters: route.pathParameters }
  const missing = route.method.requiredParameters.filter((name) => !mapParameter(name, sources)?.trim())
  if (missing.length === 0) return
  const names = missing.map((name) => name.split('.').slice(3).join('.')).sort()
  throw new GatewayError('BAD_REQUEST_PARAMETERS', {
    message: `Missing required request parameters: [${names.join(', ')}]`,
  })
}

/** No model for the content type: nothing to validate. An empty body counts as `{}`. */
async function validateModel({ request, route }: Exchange, validateBody: ValidateBody): Promise<void> {
  const { requestModels } = route.method
  const modelName = requestModels[contentTypeOf(request)] ?? requestModels.$default
  if (modelName === undefined) return
  const problem = await validateBody(modelName, parseBody(request.body.toString('utf8')))
  if (problem !== undefined) throw new GatewayError('BAD_REQUEST_BODY', { validationErrorString: problem })
}

function parseBody(text: string): unknown {
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text)
  } catch (error) {
    const validationErrorString = `[the body is not valid JSON: ${(error as Error).message}]`
    throw new GatewayError('BAD_REQUEST_BODY', { validationErrorString, cause: error })
  }
}
