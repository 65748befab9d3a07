/** `*` stands for any run of characters; `\*` and `\\` stand for themselves. */
export function stringMatches(value: string, pattern: string): boolean {
  const source = pattern.replace(/\\([\s\S])|\*|[\s\S]/g, (token, escaped?: string) =>
    token === '*' ? '[\\s\\S]*' : quote(escaped ?? token),
  )
  return new RegExp(`^${source}$`, 'u').test(value)
}

function quote(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
