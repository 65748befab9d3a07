import { TaskError } from './integration.ts'

const DELIMITERS: Record<string, string> = { COMMA: ',', PIPE: '|', SEMICOLON: ';', SPACE: ' ', TAB: '\t' }

/** How a CSV file is to be read. */
export interface CsvOptions {
  headerLocation: string | undefined
  headers: string[] | undefined
  delimiter: string | undefined
}

/** Reads a CSV file into one object per row; rows without a value are skipped. */
export function readCsv(text: string, options: CsvOptions): Record<string, string>[] {
  const rows = splitRows(text.replace(/^\ufeff/, ''), DELIMITERS[options.delimiter ?? 'COMMA'] ?? ',')
  const headers = options.headerLocation === 'GIVEN' ? (options.headers ?? []) : (rows.shift() ?? [])
  if (new Set(headers).size < headers.length)
    throw new TaskError('States.ItemReaderFailed', 'CSV headers cannot contain duplicates.')
  return rows.map((row) => Object.fromEntries(headers.map((header, index) => [header, row[index] ?? ''])))
}

/** One pass over the text: fields end at delimiters and line ends that are not between quotes. */
function splitRows(text: string, delimiter: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let field = ''
  let quoted = false
  const endField = (): void => {
    row.push(field)
    field = ''
  }
  const endRow = (): void => {
    endField()
    if (row.length > 1 || row[0] !== '') rows.push(row)
    row = []
  }
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!
    if (quoted && character === '"' && text[index + 1] === '"') {
      field += '"'
      index++
    } else if (character === '"') quoted = !quoted
    else if (quoted) field += character
    else if (character === delimiter) endField()
    else if (character === '\n') endRow()
    else if (character !== '\r') field += character
  }
  if (field !== '' || row.length > 0) endRow()
  return rows
}
