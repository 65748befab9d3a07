import { InvalidRequestError } from '../../shared/errors.ts'
import { integerField, listField, objectField, refuse, textField } from '../../shared/http/fields.ts'

/** A part as the client names it when its upload is complete. */
export interface PartTag {
  ETag: string
  PartNumber: number
}

/** A part as S3 has it. */
export interface StoredPart extends PartTag {
  Size: number
}

const MOST_PARTS = 10_000
const LEAST_PART_BYTES = 5 * 1024 * 1024

/** Reads the parts a client names for one file, sorts them, and refuses duplicates and gaps. */
export function readPartTags(value: unknown, fileName: string): PartTag[] {
  const where = `multi_parts_tags["${fileName}"]`
  const tags = listField(value, where, { min: 1, max: MOST_PARTS }).map((item, index) => {
    const { ETag, PartNumber } = objectField(item, `${where}[${index}]`)
    return {
      ETag: textField(ETag, `${where}[${index}].ETag`, { max: 256 }),
      PartNumber: integerField(PartNumber, `${where}[${index}].PartNumber`, { min: 1, max: MOST_PARTS }),
    }
  })
  const sorted = tags.toSorted((a, b) => a.PartNumber - b.PartNumber)
  for (const [index, { PartNumber }] of sorted.entries()) {
    if (PartNumber === index) refuse(where, `names part ${PartNumber} twice`, 'name every part once')
    if (PartNumber > index + 1) refuse(where, `lacks part ${index + 1}`, 'name every part from 1 to the last')
  }
  return sorted
}

/** Compares the parts a client names with those S3 has; every refusal names file and part. */
export function checkPartsAgainstStored(
  fileName: string,
  tags: readonly PartTag[],
  stored: readonly StoredPart[],
): void {
  const byNumber = new Map(stored.map((part) => [part.PartNumber, part]))
  for (const { PartNumber, ETag } of tags) {
    const part = byNumber.get(PartNumber)
    if (!part) fail(fileName, PartNumber, 'was not uploaded', 'put it to its URL first')
    if (bare(part.ETag) !== bare(ETag)) {
      fail(fileName, PartNumber, `has the ETag ${bare(part.ETag)}, not ${bare(ETag)}`, 'give the ETag of its PUT')
    }
  }
  const extra = stored.find((part) => part.PartNumber > tags.length)
  if (extra) fail(fileName, extra.PartNumber, 'was uploaded but is not in multi_parts_tags', 'name every uploaded part')
  const small = stored.find((part) => part.PartNumber < tags.length && part.Size < LEAST_PART_BYTES)
  if (small) {
    fail(fileName, small.PartNumber, `has ${small.Size} bytes`, 'every part but the last needs at least 5 MiB')
  }
}

function fail(fileName: string, part: number, problem: string, fix: string): never {
  throw new InvalidRequestError(`multi_parts_tags["${fileName}"]: part ${part} ${problem}: ${fix}`)
}

function bare(etag: string): string {
  return etag.replace(/^"|"$/g, '')
}
