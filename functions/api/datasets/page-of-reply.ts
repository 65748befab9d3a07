/** A Lambda may answer 6 MB, the envelope included. */
const MOST_BYTES = 5_000_000

/** The first of the rows that fit into one answer, at least one. */
export function fittingRows<Row>(rows: readonly Row[]): Row[] {
  let bytes = 0
  const end = rows.findIndex((row, index) => {
    bytes += Buffer.byteLength(JSON.stringify(row))
    return index > 0 && bytes > MOST_BYTES
  })
  return rows.slice(0, end < 0 ? rows.length : end)
}
