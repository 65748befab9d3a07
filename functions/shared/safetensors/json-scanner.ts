/** A header's text that breaks a rule; `at` is the character where, or -1 when no single place is to blame. */
export class HeaderSyntaxError extends Error {
  override readonly name = 'HeaderSyntaxError'
  readonly at: number

  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const LITERAL = /true|false|null/y
const HEX = /[0-9a-fA-F]{4}/y
const SPACE = /[ \t\n\r]*/y
// Everything from the space up, without the quote and the backslash: control characters must be escaped.
const PLAIN = /[ !#-[\]-\uffff]*/y
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

/**
 * Steps through JSON text token by token, so that what `JSON.parse` hides stays visible: duplicate keys and the spelling of
 * numbers. Every method throws `HeaderSyntaxError` where the text is not what it reads.
 */
export class JsonScanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  get position(): number {
    return this.#at
  }

  /** The next character that is not white space, or '' at the end; stays before it. */
  peek(): string {
    this.#take(SPACE)
    return this.#text.charAt(this.#at)
  }

  /** Reads a string. Escapes are decoded; lone surrogates and raw control characters are refused. */
  string(): string {
    this.#step('"')
    const start = this.#at
    let value = this.#take(PLAIN) ?? ''
    while (this.#text.charAt(this.#at) !== '"') {
      if (this.#at >= this.#text.length) this.fail('a string does not end', start)
      if (this.#text.charAt(this.#at) !== '\\') this.fail('a raw control character in a string')
      value += this.#escaped() + (this.#take(PLAIN) ?? '')
    }
    this.#at += 1
    if (LONE_SURROGATE.test(value)) this.fail('a string holds half of a surrogate pair', start)
    return value
  }

  /** Reads a non-negative integer that is written in plain digits and that a double holds exactly. */
  integer(what: string): number {
    this.peek()
    const start = this.#at
    const token = this.#take(NUMBER) ?? this.fail(`${what} is not a number`)
    if (!/^[0-9]+$/.test(token)) this.fail(`${what} is ${token}, not a non-negative integer written in digits`, start)
    const value = Number(token)
    if (!Number.isSafeInteger(value)) this.fail(`${what} is ${token}, which is 2^53 or more`, start)
    return value
  }

  /** Reads an object; calls `member` after each key, and `member` reads the value. Refuses duplicate keys. */
  object(what: string, member: (key: string, at: number) => void): void {
    if (this.peek() !== '{') this.fail(`${what} is not an object`)
    const seen = new Set<string>()
    this.#list('}', () => {
      this.peek()
      const start = this.#at
      const key = this.string()
      if (seen.has(key)) this.fail(`${what} has the key ${JSON.stringify(key.slice(0, 200))} twice`, start)
      seen.add(key)
      this.#step(':')
      member(key, start)
    })
  }

  /** Reads a list; `item` reads each item. */
  array(what: string, item: () => void): void {
    if (this.peek() !== '[') this.fail(`${what} is not a list`)
    this.#list(']', item)
  }

  /** Reads `null` if that is next, and says whether it was. */
  skipNull(): boolean {
    return this.peek() === 'n' && this.#take(LITERAL) === 'null'
  }

  /** Reads any value that nests at most `depth` deep, and forgets it. */
  skipValue(depth: number): void {
    if (depth <= 0) this.fail('values nest too deep')
    const next = this.peek()
    if (next === '"') this.string()
    else if (next === '{') this.object('a member', () => this.skipValue(depth - 1))
    else if (next === '[') this.array('a member', () => this.skipValue(depth - 1))
    else if (this.#take(NUMBER) === undefined && this.#take(LITERAL) === undefined) this.fail('expected a value')
  }

  fail(message: string, at = this.#at): never {
    throw new HeaderSyntaxError(message, at)
  }

  #list(close: string, item: () => void): void {
    this.#at += 1
    for (let first = true; this.peek() !== close; first = false) {
      if (!first) this.#step(',')
      item()
    }
    this.#at += 1
  }

  #escaped(): string {
    const start = this.#at
    const letter = this.#text.charAt(start + 1)
    this.#at += 2
    if (letter !== 'u') return ESCAPES.get(letter) ?? this.fail('unknown escape in a string', start)
    const hex = this.#take(HEX) ?? this.fail('a \\u escape needs 4 hex digits', start)
    return String.fromCharCode(Number.parseInt(hex, 16))
  }

  #step(character: string): void {
    const found = this.peek()
    if (found !== character) this.fail(`expected '${character}' but found ${found === '' ? 'the end' : `'${found}'`}`)
    this.#at += 1
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    this.#at += found?.length ?? 0
    return found
  }
}
