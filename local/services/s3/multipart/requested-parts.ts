import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm, checksumElement } from '../checksums/checksum-algorithms.ts'
import { S3Error } from '../s3-error.ts'
import { childText, childTrees, readXml } from '../xml-document.ts'

/** A part as CompleteMultipartUpload names it. */
export interface RequestedPart {
  number: number
  etag: string
  checksums: Partial<Record<ChecksumAlgorithm, string>>
}

const LARGEST_COUNT = 10_000

const readPart = (tree: Record<string, unknown>): RequestedPart => {
  const number = Number(childText(tree, 'PartNumber'))
  const etag = childText(tree, 'ETag')
  if (!Number.isInteger(number) || etag === undefined) throw new S3Error('MalformedXML')
  const checksums: RequestedPart['checksums'] = {}
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const value = childText(tree, checksumElement(algorithm))
    if (value !== undefined) checksums[algorithm] = value
  }
  return { number, etag: etag.trim().replace(/^"|"$/g, ''), checksums }
}

/** The parts of a CompleteMultipartUpload document; throws MalformedXML or InvalidPartOrder. */
export const readRequestedParts = (document: string): RequestedPart[] => {
  const parts = childTrees(readXml(document, 'CompleteMultipartUpload'), 'Part').map(readPart)
  if (parts.length === 0 || parts.length > LARGEST_COUNT) throw new S3Error('MalformedXML')
  if (parts.some((part, index) => index > 0 && part.number <= parts[index - 1]!.number)) {
    throw new S3Error('InvalidPartOrder')
  }
  return parts
}
