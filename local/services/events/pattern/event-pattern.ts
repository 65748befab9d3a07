/** A JSON value of an event. */
export type EventValue = string | number | boolean | null | EventValue[] | { [key: string]: EventValue }

/** One alternative at a leaf of a pattern: an exact scalar, or an object with one content filter. */
export type Matcher = string | number | boolean | null | ContentFilter

export type ContentFilter =
  | { prefix: string | { 'equals-ignore-case': string } }
  | { suffix: string | { 'equals-ignore-case': string } }
  | { 'anything-but': AnythingBut }
  | { numeric: Array<string | number> }
  | { exists: boolean }
  | { 'equals-ignore-case': string }
  | { wildcard: string }
  | { cidr: string }

export type AnythingBut =
  | string
  | number
  | Array<string | number>
  | { prefix: string | string[] }
  | { suffix: string | string[] }
  | { 'equals-ignore-case': string | string[] }
  | { wildcard: string | string[] }

/** An EventBridge event pattern. */
export interface EventPattern {
  [field: string]: EventPattern | Matcher[] | EventPattern[]
}
