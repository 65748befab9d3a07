import { S3Error } from '../s3-error.ts'

const LARGEST_PAGE = 1000

/** A number among the query parameters, at most a thousand; throws InvalidArgument. */
export const readLimit = (query: URLSearchParams, name: string): number => {
  const text = query.get(name)
  if (text === null || text === '') return LARGEST_PAGE
  if (!/^\d{1,10}$/.test(text)) {
    throw new S3Error('InvalidArgument', `Provided ${name} not an integer or within integer range`, {
      ArgumentName: name,
      ArgumentValue: text,
    })
  }
  return Math.min(Number(text), LARGEST_PAGE)
}

/** How names are written into a listing: as they are, or percent-encoded when `encoding-type=url`. */
export const readEncoding = (query: URLSearchParams): ((name: string) => string) => {
  const type = query.get('encoding-type')
  if (type === null) return (name) => name
  if (type !== 'url') {
    throw new S3Error('InvalidArgument', 'Invalid Encoding Method specified in Request', {
      ArgumentName: 'encoding-type',
      ArgumentValue: type,
    })
  }
  return (name) =>
    encodeURIComponent(name)
      .replace(/%2F/g, '/')
      .replace(/[!'()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** The conditions a policy can set on a listing. */
export const listingContext = (query: URLSearchParams): Record<string, string> => ({
  's3:prefix': query.get('prefix') ?? '',
  ...(query.get('delimiter') && { 's3:delimiter': query.get('delimiter')! }),
  ...(query.get('max-keys') && { 's3:max-keys': query.get('max-keys')! }),
})
