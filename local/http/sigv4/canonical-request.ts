/** The parts of a request that a signature covers. */
export interface SignedParts {
  method: string
  /** Path and query exactly as sent. */
  target: string
  /** Name, value, name, value … as received. */
  rawHeaders: string[]
  signedHeaders: string[]
  /** Hex SHA-256 of the body, or what stands for it (`UNSIGNED-PAYLOAD`, `STREAMING-…`). */
  payloadHash: string
  /** S3 signs the path as it is; everybody else encodes it a second time. */
  encodePathOnce: boolean
}

/** SigV4's canonical request. */
export function canonicalRequest(parts: SignedParts): string {
  const question = parts.target.indexOf('?')
  const path = question < 0 ? parts.target : parts.target.slice(0, question)
  const query = question < 0 ? '' : parts.target.slice(question + 1)
  return [
    parts.method,
    parts.encodePathOnce ? encodePath(path.split('/').map(decode).join('/')) : encodePath(removeDots(path)),
    canonicalQuery(query),
    canonicalHeaders(parts),
    '',
    parts.signedHeaders.join(';'),
    parts.payloadHash,
  ].join('\n')
}

function canonicalQuery(query: string): string {
  if (query === '') return ''
  return query
    .split('&')
    .filter((pair) => pair !== '' && !pair.startsWith('X-Amz-Signature='))
    .map((pair) => {
      const [name, ...value] = pair.split('=')
      return [encode(decodeQuery(name!)), encode(decodeQuery(value.join('=')))] as const
    })
    .sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

function canonicalHeaders({ rawHeaders, signedHeaders }: SignedParts): string {
  const values = new Map<string, string[]>()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase()
    const value = rawHeaders[index + 1]!.trim().replace(/\s+/g, ' ')
    values.set(name, [...(values.get(name) ?? []), value])
  }
  return signedHeaders.map((name) => `${name}:${(values.get(name) ?? []).join(',')}`).join('\n')
}

function removeDots(path: string): string {
  if (!path.includes('.') && !path.includes('//')) return path
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  return `/${kept.join('/')}${path.endsWith('/') && kept.length > 0 ? '/' : ''}`
}

function encodePath(path: string): string {
  return path.split('/').map(encode).join('/')
}

/** RFC 3986: everything but letters, digits and `-._~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function decodeQuery(text: string): string {
  return decode(text.replaceAll('+', ' '))
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
