import type { InferenceRecord } from '../../shared/inferences/inference-record.ts'
import type { InferencesContext } from '../../shared/inferences/inferences-context.ts'
import { imageLinks, paramsLink } from '../../shared/inferences/result-links.ts'

/** An inference as the door tells of it. */
export interface Picture {
  id: string
  outcome: 'ready' | 'waiting' | 'failed'
  prompt: string
  images: string[]
  /** Address of the parameters that were used, the seed among them. */
  params?: string
  reason?: { error: string; cause: string }
  /** The inference on the REST API. */
  self: string
  /** The door's own address of it, which waits and may be opened in a browser. */
  page: string
}

/** The inference with its addresses. */
export async function pictureOf(
  context: InferencesContext & { apiUrl: string },
  record: InferenceRecord,
): Promise<Picture> {
  const id = encodeURIComponent(record.id)
  const isReady = record.status === 'succeed'
  return {
    id: record.id,
    outcome: isReady ? 'ready' : record.status === 'failed' ? 'failed' : 'waiting',
    prompt: record.prompt ?? '',
    images: isReady ? await imageLinks(context, record) : [],
    ...(isReady ? { params: await paramsLink(context, record) } : {}),
    ...(record.reason === undefined ? {} : { reason: record.reason }),
    self: `${context.apiUrl}/inferences/${id}`,
    page: `${context.apiUrl}/generate?id=${id}`,
  }
}
