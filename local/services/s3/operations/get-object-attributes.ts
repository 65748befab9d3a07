import { checksumElement } from '../checksums/checksum-algorithms.ts'
import { leaseObject } from '../objects/find-object.ts'
import { type Operation, objectArn, type S3Call } from '../s3-call.ts'
import { S3Error } from '../s3-error.ts'
import type { ObjectRecord } from '../storage/records.ts'
import { writeXml, type XmlContent } from '../xml-document.ts'

const LARGEST_PAGE = 1000

const describeParts = (object: ObjectRecord, { headers }: S3Call): XmlContent => {
  if (!object.parts) return undefined
  const limit = Math.min(Number(headers['x-amz-max-parts'] ?? LARGEST_PAGE), LARGEST_PAGE)
  const marker = Number(headers['x-amz-part-number-marker'] ?? 0)
  const parts = object.parts.slice(marker, marker + limit)
  return {
    TotalPartsCount: object.parts.length,
    PartNumberMarker: marker,
    NextPartNumberMarker: marker + parts.length,
    MaxParts: limit,
    IsTruncated: marker + parts.length < object.parts.length,
    Part: parts.map((part, index) => ({
      PartNumber: marker + index + 1,
      Size: object.segments[marker + index]!.size,
      [checksumElement(object.checksum.algorithm)]: part.checksum,
    })),
  }
}

const ATTRIBUTES: Record<string, (object: ObjectRecord, call: S3Call) => XmlContent> = {
  ETag: (object) => object.etag,
  Checksum: ({ checksum }) => ({
    [checksumElement(checksum.algorithm)]: checksum.value,
    ChecksumType: checksum.type,
  }),
  ObjectParts: describeParts,
  StorageClass: (object) => object.headers['x-amz-storage-class'] ?? 'STANDARD',
  ObjectSize: (object) => object.size,
}

const readAttributes = (header: string | undefined): string[] => {
  const names = (header ?? '').split(',').map((name) => name.trim())
  if (names.every((name) => name in ATTRIBUTES)) return names
  throw new S3Error('InvalidArgument', 'Invalid attribute name specified.')
}

export const getObjectAttributes: Operation = async (call) => {
  call.request.authorize('s3:GetObject', objectArn(call.bucket, call.key))
  call.request.authorize('s3:GetObjectAttributes', objectArn(call.bucket, call.key))
  const names = readAttributes(call.headers['x-amz-object-attributes'])
  const { record, release } = await leaseObject(call, call.bucket, call.key)
  release()
  const content = Object.fromEntries(names.map((name) => [name, ATTRIBUTES[name]!(record, call)]))
  return {
    status: 200,
    headers: { 'last-modified': new Date(record.lastModified).toUTCString() },
    body: writeXml('GetObjectAttributesResponse', content),
  }
}
