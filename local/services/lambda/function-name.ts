const LATEST = '$LATEST'

/** A name, a partial ARN (`account:function:name`) or a whole ARN, each with or without `:qualifier`. */
const REFERENCE = /^(?:(?:arn:aws:lambda:[a-z0-9-]+:)?\d{12}:)?(?:function:)?([A-Za-z0-9_-]+)(?::([A-Za-z0-9$_-]+))?$/

/** The function that a caller means, or nothing when the text is no reference. */
export function parseFunctionName(reference: string): { name: string; qualifier: string } | undefined {
  const [, name, qualifier = LATEST] = REFERENCE.exec(reference) ?? []
  return name === undefined ? undefined : { name, qualifier }
}
