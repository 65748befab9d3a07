/** What CloudFormation asks of a custom resource. */
export interface CustomResourceRequest {
  RequestType: 'Create' | 'Update' | 'Delete'
  ResponseURL: string
  StackId: string
  RequestId: string
  LogicalResourceId: string
  PhysicalResourceId?: string
  ResourceProperties?: Record<string, string>
}

/** How it went. */
export type Outcome = { Status: 'SUCCESS' } | { Status: 'FAILED'; Reason: string }

const ATTEMPTS = 3
const ATTEMPT_TIMEOUT_MS = 5_000
const LONGEST_REASON = 1_000

/** Puts the outcome to the URL that CloudFormation waits on. Tries three times, five seconds each, then rejects. */
export async function answerCloudFormation(request: CustomResourceRequest, outcome: Outcome): Promise<void> {
  const answer = JSON.stringify(answerBody(request, outcome))
  for (let attempt = 1; ; attempt++) {
    try {
      return await put(request.ResponseURL, answer)
    } catch (error) {
      if (attempt === ATTEMPTS) throw error
    }
  }
}

/** The answer's document; the physical id never changes, so that no update looks like a replacement. */
export function answerBody(request: CustomResourceRequest, outcome: Outcome): Record<string, string> {
  const { StackId, RequestId, LogicalResourceId } = request
  const PhysicalResourceId = request.PhysicalResourceId ?? `first-account-${LogicalResourceId}`
  const reason = outcome.Status === 'FAILED' ? { Reason: outcome.Reason.slice(0, LONGEST_REASON) } : {}
  return { Status: outcome.Status, ...reason, StackId, RequestId, LogicalResourceId, PhysicalResourceId }
}

async function put(url: string, answer: string): Promise<void> {
  const response = await fetch(url, {
    method: 'PUT',
    // Bytes, because fetch gives a string a content type, which the presigned URL was not signed with.
    body: new TextEncoder().encode(answer),
    signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS),
  })
  await response.arrayBuffer()
  if (!response.ok) throw new Error(`CloudFormation's response URL answered ${response.status}`)
}
