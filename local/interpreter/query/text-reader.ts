/** A text being parsed from left to right. */
export interface TextReader {
  readonly text: string
  at: number
}

export function nextIs(reader: TextReader, text: string): boolean {
  return reader.text.startsWith(text, reader.at)
}

/** Moves past the text when it comes next. */
export function take(reader: TextReader, text: string): boolean {
  if (!nextIs(reader, text)) return false
  reader.at += text.length
  return true
}

/** Moves past white space, and past the text when it comes next. */
export function takeToken(reader: TextReader, text: string): boolean {
  skipSpace(reader)
  return take(reader, text)
}

/** Moves past what a sticky pattern matches here. */
export function takePattern(reader: TextReader, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = reader.at
  const match = pattern.exec(reader.text)
  if (match === null) return undefined
  reader.at = pattern.lastIndex
  return match
}

export function skipSpace(reader: TextReader): void {
  while (/\s/.test(reader.text[reader.at] ?? '')) reader.at += 1
}
