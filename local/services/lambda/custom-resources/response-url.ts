import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a custom resource's function tells CloudFormation. */
export interface CustomResourceResponse {
  Status: 'SUCCESS' | 'FAILED'
  Reason?: string
  PhysicalResourceId?: string
}

export interface ResponseUrl {
  /** Takes one PUT. */
  url: string
  response: Promise<CustomResourceResponse>
  close(): void
}

/** Opens an address on this machine that stands for CloudFormation's presigned URL. */
export async function openResponseUrl(): Promise<ResponseUrl> {
  const path = `/${randomUUID()}`
  let answer!: (response: CustomResourceResponse) => void
  const response = new Promise<CustomResourceResponse>((resolve) => {
    answer = resolve
  })
  const server = createServer(async (incoming, outgoing) => {
    const isExpected = incoming.method === 'PUT' && incoming.url === path
    const parsed = isExpected ? parseResponse(await readText(incoming)) : undefined
    outgoing.writeHead(parsed === undefined ? 400 : 200, { connection: 'close' }).end()
    if (parsed !== undefined) answer(parsed)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}${path}`, response, close: () => void server.close() }
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function parseResponse(text: string): CustomResourceResponse | undefined {
  try {
    const response = JSON.parse(text) as CustomResourceResponse
    return response.Status === 'SUCCESS' || response.Status === 'FAILED' ? response : undefined
  } catch {
    return undefined
  }
}
