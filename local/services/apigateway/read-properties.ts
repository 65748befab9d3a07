export type Properties = Readonly<Record<string, unknown>>

/** CloudFormation takes numbers and booleans as text too, so every reader does. */
export function readText(properties: Properties, name: string): string | undefined {
  const value = properties[name]
  return value === undefined || value === null ? undefined : String(value)
}

export function readFlag(properties: Properties, name: string): boolean {
  return String(properties[name]) === 'true'
}

export function readNumber(properties: Properties, name: string): number | undefined {
  const text = readText(properties, name)
  return text === undefined || text === '' ? undefined : Number(text)
}

export function readMap(properties: Properties, name: string): Record<string, string> {
  const entries = Object.entries(readProperties(properties, name))
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]))
}

export function readProperties(properties: Properties, name: string): Properties {
  const value = properties[name]
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Properties) : {}
}

export function readList(properties: Properties, name: string): unknown[] {
  const value = properties[name]
  return Array.isArray(value) ? value : []
}
