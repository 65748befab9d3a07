/** The API refused a call; the message is its own. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number

  constructor(call: string, status: number, message: string) {
    super(`${call} → ${status}: ${message}`)
    this.status = status
  }
}

export interface Reply<Data> {
  status: number
  data: Data
  message: string
}

export interface ApiClient {
  call<Data>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply<Data>>
}

/** A client of the REST API; `call` rejects with `ApiError` on every status from 400 on. */
export function createApiClient(apiUrl: string, apiKey: string, username: string): ApiClient {
  return {
    async call<Data>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
      const response = await fetch(`${apiUrl}${path}`, {
        method,
        headers: { 'content-type': 'application/json', 'x-api-key': apiKey, username, ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      const reply = (text === '' ? {} : JSON.parse(text)) as { data?: Data; message?: string }
      if (response.status >= 400) throw new ApiError(`${method} ${path}`, response.status, reply.message ?? text)
      return { status: response.status, data: reply.data as Data, message: reply.message ?? '' }
    },
  }
}
