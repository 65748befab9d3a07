import { javaRegex, javaReplacement, matchesWhole } from './java-regex.ts'

type Arguments = readonly unknown[]
type Table<T> = Readonly<Record<string, (self: T, args: Arguments) => unknown>>
type JavaMap = Record<string, unknown>

const text = (args: Arguments, index = 0): string => String(args[index])
const position = (args: Arguments, index = 0): number => Number(args[index])

/** The methods of java.lang.String that mapping templates call. */
const STRING_METHODS: Table<string> = {
  charAt: (self, args) => self.charAt(position(args)),
  compareTo: (self, args) => (self < text(args) ? -1 : Number(self > text(args))),
  concat: (self, args) => self + text(args),
  contains: (self, args) => self.includes(text(args)),
  endsWith: (self, args) => self.endsWith(text(args)),
  equals: (self, args) => self === args[0],
  equalsIgnoreCase: (self, args) => self.toLowerCase() === text(args).toLowerCase(),
  indexOf: (self, args) => self.indexOf(text(args), args.length > 1 ? position(args, 1) : 0),
  isBlank: (self) => self.trim() === '',
  isEmpty: (self) => self === '',
  lastIndexOf: (self, args) => self.lastIndexOf(text(args)),
  length: (self) => self.length,
  matches: (self, args) => matchesWhole(text(args), self),
  replace: (self, args) => self.split(text(args)).join(text(args, 1)),
  replaceAll: (self, args) => self.replace(javaRegex(text(args), 'g'), javaReplacement(text(args, 1))),
  replaceFirst: (self, args) => self.replace(javaRegex(text(args)), javaReplacement(text(args, 1))),
  split: (self, args) => split(self, args),
  startsWith: (self, args) => self.startsWith(text(args)),
  substring: (self, args) => self.substring(position(args), args.length > 1 ? position(args, 1) : self.length),
  toLowerCase: (self) => self.toLowerCase(),
  toString: (self: string) => self,
  toUpperCase: (self) => self.toUpperCase(),
  trim: (self) => self.trim(),
}

const LIST_METHODS: Table<unknown[]> = {
  add: (self, args) => self.push(args[0]) > 0,
  addAll: (self, args) => self.push(...(args[0] as unknown[])) > 0,
  contains: (self, args) => self.includes(args[0]),
  get: (self, args) => self[position(args)],
  indexOf: (self, args) => self.indexOf(args[0]),
  isEmpty: (self) => self.length === 0,
  size: (self) => self.length,
  toString: (self: unknown[]) => JSON.stringify(self),
}

const MAP_METHODS: Table<JavaMap> = {
  containsKey: (self, args) => Object.hasOwn(self, text(args)),
  containsValue: (self, args) => Object.values(self).includes(args[0]),
  entrySet: (self) =>
    Object.entries(self).map(([key, value]) => ({ key, value, getKey: () => key, getValue: () => value })),
  get: (self, args) => (Object.hasOwn(self, text(args)) ? self[text(args)] : undefined),
  isEmpty: (self) => Object.keys(self).length === 0,
  keySet: (self) => Object.keys(self),
  put: (self, args) => put(self, text(args), args[1]),
  remove: (self, args) => remove(self, text(args)),
  size: (self) => Object.keys(self).length,
  values: (self) => Object.values(self),
}

/** Of Integer, Double and Boolean. */
const SCALAR_METHODS: Table<number | boolean> = {
  equals: (self, args) => self === args[0],
  intValue: (self) => Math.trunc(Number(self)),
  toString: (self: number | boolean) => String(self),
}

/** A call of one of the methods above, in the form velocityjs wants its handlers. */
export const JAVA_METHODS = [
  handler('string', STRING_METHODS, (self): self is string => typeof self === 'string'),
  handler('list', LIST_METHODS, (self): self is unknown[] => Array.isArray(self)),
  handler('map', MAP_METHODS, isMap),
  handler('scalar', SCALAR_METHODS, (self) => typeof self === 'number' || typeof self === 'boolean'),
]

interface Call {
  property: string
  context: unknown
  params: unknown[]
}

function handler<T>(uid: string, table: Table<T>, isSelf: (self: unknown) => self is T) {
  return {
    uid: `java ${uid}`,
    match: ({ property, context }: Call) => isSelf(context) && applies(table, property, context),
    resolve: ({ property, context, params }: Call) =>
      Object.hasOwn(table, property) ? table[property]?.(context as T, params) : undefined,
  }
}

/** On maps only what the table has: `$input.params()` and the like are functions of the object itself. On others everything. */
function applies(table: Table<never>, property: string, self: unknown): boolean {
  if (!isMap(self)) return true
  return Object.hasOwn(table, property) && typeof self[property] !== 'function'
}

function isMap(value: unknown): value is JavaMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Like Java's, drops the empty texts at the end. */
function split(self: string, args: Arguments): string[] {
  const parts = self.split(javaRegex(text(args)))
  while (parts.length > 1 && parts.at(-1) === '') parts.pop()
  return parts
}

function put(self: JavaMap, key: string, value: unknown): unknown {
  const before = self[key]
  if (key !== '__proto__') self[key] = value
  return before ?? ''
}

function remove(self: JavaMap, key: string): unknown {
  const before = self[key]
  delete self[key]
  return before ?? ''
}
