import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../../shared/clock.ts'
import { requireEnv } from '../../shared/env.ts'
import { InvalidRequestError } from '../../shared/errors.ts'
import type { ApiRequest, ApiResponse } from '../../shared/http/api-request.ts'
import { callerOf } from '../../shared/http/caller.ts'
import { errorReply } from '../../shared/http/error-reply.ts'
import { textField } from '../../shared/http/fields.ts'
import { readJsonBody } from '../../shared/http/json-body.ts'
import { queryText } from '../../shared/http/query.ts'
import { reply } from '../../shared/http/reply.ts'
import { serveRoutes } from '../../shared/http/serve-routes.ts'
import { readInferencesContext } from '../../shared/inferences/inferences-context.ts'
import { answer, refusalPage } from './answers.ts'
import { awaitInference } from './await-inference.ts'
import { generatePicture } from './generate-picture.ts'
import { promptInPath, readGenerationRequest } from './generation-request.ts'
import { negotiate } from './negotiate.ts'
import { type Picture, pictureOf } from './picture.ts'
import { DEFAULT_PROMPT, randomPrompt } from './random-prompt.ts'

const context = { ...readInferencesContext(systemClock), apiUrl: requireEnv('API_URL').replace(/\/$/, '') }

const waiting = { clock: systemClock, sleep: (milliseconds: number) => sleep(milliseconds) }

const LONGEST_PROMPT = 20_000

/** The simple door: a prompt in, a picture out, for clients that know one address. */
export const handler = serveRoutes({
  'GET /generate': (request) => serve(request, () => atTheDoor(request)),
  'GET /generate/default': (request) => serve(request, () => generate(request, DEFAULT_PROMPT)),
  'GET /generate/{prompt}': (request) => serve(request, () => generate(request, promptInPath(request))),
  'POST /text2image': textToImage,
})

/** With `id` the picture that was begun before, with `prompt` that one, with neither a surprise. */
async function atTheDoor(request: ApiRequest): Promise<Picture> {
  const id = queryText(request, 'id')
  if (id !== undefined) return await pictureNamed(id)
  return generate(request, queryText(request, 'prompt') ?? randomPrompt(Math.random))
}

async function generate(request: ApiRequest, prompt: string): Promise<Picture> {
  const { id } = await generatePicture(context, callerOf(request), readGenerationRequest(request, checked(prompt)))
  return pictureNamed(id)
}

async function pictureNamed(id: string): Promise<Picture> {
  return pictureOf(context, await awaitInference(context.inferencesTable, id.slice(0, 80), waiting))
}

async function serve(request: ApiRequest, work: () => Promise<Picture>): Promise<ApiResponse> {
  const form = negotiate(request)
  try {
    return answer(form, await work(), context.apiUrl)
  } catch (error) {
    if (form !== 'html') throw error
    return refusalPage(errorReply(error, request.requestContext.requestId ?? 'unknown'), context.apiUrl)
  }
}

/** `{"text"}` in, exactly `{"statusCode", "body"}` out: what callers of the JumpStart solution send and read. */
async function textToImage(request: ApiRequest): Promise<ApiResponse> {
  const body = readJsonBody(request)
  const unknown = Object.keys(body).find((name) => name !== 'text')
  if (unknown !== undefined) throw new InvalidRequestError(`${unknown} is not a field of this call: send {"text": "…"}`)
  const prompt = textField(body.text, 'text', { max: LONGEST_PROMPT })
  const { outcome, images, self, reason } = await generate(request, prompt)
  const told = {
    ready: { statusCode: 200, body: images[0] },
    waiting: { statusCode: 202, body: self },
    failed: { statusCode: 502, body: `${reason?.error}: ${reason?.cause}` },
  }[outcome]
  return { ...reply(told.statusCode), body: JSON.stringify(told) }
}

function checked(prompt: string): string {
  return textField(prompt, 'prompt', { max: LONGEST_PROMPT })
}
