import type { ApiResponse } from '../../shared/http/api-request.ts'
import { reply } from '../../shared/http/reply.ts'
import { pageHeaders, renderPage } from './html-page.ts'
import type { Form } from './negotiate.ts'
import type { Picture } from './picture.ts'

type Answer = (picture: Picture, apiUrl: string) => ApiResponse

const STATUS: Readonly<Record<Picture['outcome'], number>> = { ready: 200, waiting: 202, failed: 502 }

const REFRESH_SECONDS = 5
const LONGEST_HEADER = 2000

/** How each form tells of a picture. */
const ANSWERS: Readonly<Record<Form, Answer>> = { json: toJson, html: toPage, image: toImage }

/** The answer in the form that was asked for, with the prompt in a header as the public page had it. */
export function answer(form: Form, picture: Picture, apiUrl: string): ApiResponse {
  const response = ANSWERS[form](picture, apiUrl)
  const prompt = encodeURIComponent(picture.prompt)
  return prompt.length > LONGEST_HEADER ? response : { ...response, headers: { ...response.headers, prompt } }
}

/** A refusal as a page; browsers show people JSON otherwise. */
export function refusalPage({ statusCode, body }: ApiResponse, apiUrl: string): ApiResponse {
  const { message } = JSON.parse(body) as { message: string }
  return htmlResponse(statusCode, [], {
    title: 'No picture this time',
    reason: message,
    note: 'Nothing was started.',
    links: [],
    formAddress: `${apiUrl}/generate`,
  })
}

function toJson({ outcome, self, page, reason, ...shown }: Picture): ApiResponse {
  const status = { ready: 'succeed', waiting: 'inprogress', failed: 'failed' }[outcome]
  const message = {
    ready: 'OK',
    waiting: 'The picture is being made; look at data.links.self in a moment',
    failed: `${reason?.error}: ${reason?.cause}`,
  }[outcome]
  return reply(STATUS[outcome], { data: { ...shown, status, links: { self, page } }, message })
}

/**
 * The way to the bytes: image clients follow it, and neither Lambda's nor the gateway's limits stand between them and a
 * large picture. Without a picture the answer is JSON.
 */
function toImage(picture: Picture): ApiResponse {
  const [Location] = picture.images
  if (Location === undefined) return toJson(picture)
  const { headers } = reply(303)
  return {
    statusCode: 303,
    headers: { ...headers, Location, 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' },
    body: JSON.stringify({ statusCode: 303, data: { image: Location }, message: 'See Other' }),
  }
}

const TITLES: Readonly<Record<Picture['outcome'], string>> = {
  ready: 'Darkroom',
  waiting: 'Darkroom: one moment',
  failed: 'Darkroom: no picture this time',
}

const NOTES: Readonly<Record<Picture['outcome'], string>> = {
  ready: 'The addresses of the picture are good for an hour; the picture itself stays until it is deleted.',
  waiting: 'It is being painted. This page looks again by itself.',
  failed: 'Nothing half-made was kept.',
}

function toPage({ outcome, prompt, images, params, reason, self, page }: Picture, apiUrl: string): ApiResponse {
  const links = [
    ...images.map((address, index) => ({ text: images.length > 1 ? `Picture ${index + 1}` : 'The picture', address })),
    ...(params === undefined ? [] : [{ text: 'Its parameters', address: params }]),
    { text: 'Its record', address: self },
  ]
  return htmlResponse(STATUS[outcome], images, {
    title: TITLES[outcome],
    ...(prompt === '' ? {} : { prompt }),
    images,
    ...(reason === undefined ? {} : { reason: `${reason.error}: ${reason.cause}` }),
    note: NOTES[outcome],
    links,
    formAddress: `${apiUrl}/generate`,
    ...(outcome === 'waiting' ? { refresh: { seconds: REFRESH_SECONDS, address: page } } : {}),
  })
}

function htmlResponse(
  statusCode: number,
  images: readonly string[],
  page: Parameters<typeof renderPage>[0],
): ApiResponse {
  return { statusCode, headers: { ...reply(statusCode).headers, ...pageHeaders(images) }, body: renderPage(page) }
}
