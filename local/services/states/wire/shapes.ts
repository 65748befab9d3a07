/** Collects AWS's constraint messages while a request is checked. */
export type Problems = string[]

/** A request member: `check` appends to `problems` what AWS would say of `value` at `path`. */
export interface Shape<T> {
  readonly check: (value: unknown, path: string, problems: Problems) => void
  /** Only carries the type. */
  readonly type?: T
}

/** A member that must be given. */
export interface RequiredShape<T> extends Shape<T> {
  readonly required: true
}

/** The TypeScript type of what a shape accepts. */
export type ValueOf<S> = S extends Shape<infer T> ? T : never

type Members = Record<string, Shape<unknown>>
type RequiredKeys<M extends Members> = { [K in keyof M]: M[K] extends RequiredShape<unknown> ? K : never }[keyof M]
type StructureOf<M extends Members> = { [K in RequiredKeys<M>]: ValueOf<M[K]> } & {
  [K in Exclude<keyof M, RequiredKeys<M>>]?: ValueOf<M[K]> | undefined
}

/** The JSON type of a member is not the declared one. */
export class SerializationError extends Error {
  override readonly name = 'SerializationError'
}

function requireType(value: unknown, type: string, expected: string): void {
  if (typeof value === type) return
  const found = Array.isArray(value) ? 'list' : typeof value === 'object' ? 'structure' : typeof value
  throw new SerializationError(`${found.toUpperCase()}_VALUE can not be converted to a ${expected}`)
}

/** `value` is undefined when it must not be shown. */
function violation(value: unknown, path: string, rule: string): string {
  const shown = value === null ? 'null' : `'${typeof value === 'object' ? JSON.stringify(value) : value}'`
  return `Value ${value === undefined ? '' : `${shown} `}at '${path}' failed to satisfy constraint: Member must ${rule}`
}

/** Limits of a text member. */
export interface TextLimits {
  min?: number
  max?: number
  /** The pattern as AWS prints it, and as JavaScript matches it when the two differ. */
  pattern?: string
  matcher?: RegExp
  /** Kept out of messages. */
  sensitive?: boolean
}

/** A text member. */
export function text(limits: TextLimits = {}): Shape<string> {
  const pattern = limits.matcher ?? (limits.pattern === undefined ? undefined : new RegExp(limits.pattern))
  return {
    check(value, path, problems) {
      requireType(value, 'string', 'String')
      const { length } = value as string
      const shown = limits.sensitive ? undefined : value
      if (limits.max !== undefined && length > limits.max)
        problems.push(violation(shown, path, `have length less than or equal to ${limits.max}`))
      if (limits.min !== undefined && length < limits.min)
        problems.push(violation(shown, path, `have length greater than or equal to ${limits.min}`))
      if (pattern && !pattern.test(value as string))
        problems.push(violation(shown, path, `satisfy regular expression pattern: ${limits.pattern}`))
    },
  }
}

/** A text member with a closed set of values, in the order AWS prints them. */
export function oneOf<const T extends string>(...values: readonly T[]): Shape<T> {
  return {
    check(value, path, problems) {
      requireType(value, 'string', 'String')
      if (!(values as readonly unknown[]).includes(value))
        problems.push(violation(value, path, `satisfy enum value set: [${values.join(', ')}]`))
    },
  }
}

/** A number member. */
export function number(limits: { min?: number; max?: number } = {}): Shape<number> {
  return {
    check(value, path, problems) {
      requireType(value, 'number', 'Number')
      if (limits.max !== undefined && (value as number) > limits.max)
        problems.push(violation(value, path, `have value less than or equal to ${limits.max}`))
      if (limits.min !== undefined && (value as number) < limits.min)
        problems.push(violation(value, path, `have value greater than or equal to ${limits.min}`))
    },
  }
}

/** A yes-or-no member. */
export function flag(): Shape<boolean> {
  return { check: (value) => requireType(value, 'boolean', 'Boolean') }
}

/** A list member. */
export function list<T>(item: Shape<T>, limits: { min?: number; max?: number } = {}): Shape<T[]> {
  return {
    check(value, path, problems) {
      if (!Array.isArray(value)) throw new SerializationError('Expected a list')
      if (limits.max !== undefined && value.length > limits.max)
        problems.push(violation(value, path, `have length less than or equal to ${limits.max}`))
      if (limits.min !== undefined && value.length < limits.min)
        problems.push(violation(value, path, `have length greater than or equal to ${limits.min}`))
      value.forEach((entry, index) => {
        item.check(entry, `${path}.${index + 1}.member`, problems)
      })
    },
  }
}

/** An object member with named members; members it does not name are ignored, as AWS ignores them. */
export function structure<M extends Members>(members: M): Shape<StructureOf<M>> {
  const entries = Object.entries(members)
  return {
    check(value, path, problems) {
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        throw new SerializationError('Expected a structure')
      for (const [name, shape] of entries) {
        const member = (value as Record<string, unknown>)[name]
        const memberPath = path ? `${path}.${name}` : name
        if (member !== undefined && member !== null) shape.check(member, memberPath, problems)
        else if ('required' in shape) problems.push(violation(null, memberPath, 'not be null'))
      }
    },
  }
}

/** Makes a member mandatory. */
export function required<T>(shape: Shape<T>): RequiredShape<T> {
  return { ...shape, required: true }
}
