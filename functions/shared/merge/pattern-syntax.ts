/** A pattern that is malformed or asks for what an automaton cannot do. */
export class PatternSyntaxError extends Error {
  override readonly name = 'PatternSyntaxError'
}

/** Whether a character (a code point) is meant. */
export type CharacterTest = (code: number) => boolean

/** A parsed pattern. */
export type Pattern =
  | { kind: 'character'; test: CharacterTest }
  | { kind: 'start' }
  | { kind: 'end' }
  | { kind: 'sequence'; items: Pattern[] }
  | { kind: 'choice'; items: Pattern[] }
  | { kind: 'repeat'; item: Pattern; least: number; most: number }

const NEWLINE = 10
const COUNTED = /^\{(?=,?\d)(\d*)(?:(,)(\d*))?\}/
const MOST_REPEATS = 100
const DEEPEST_GROUP = 20

const digit: CharacterTest = (code) => code >= 48 && code <= 57
const word: CharacterTest = (code) =>
  digit(code) || code === 95 || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
const space: CharacterTest = (code) => code === 32 || (code >= 9 && code <= 13)
const equal =
  (wanted: number): CharacterTest =>
  (code) =>
    code === wanted
const not =
  (test: CharacterTest): CharacterTest =>
  (code) =>
    !test(code)

const CLASSES: ReadonlyMap<string, CharacterTest> = new Map([
  ['d', digit],
  ['D', not(digit)],
  ['w', word],
  ['W', not(word)],
  ['s', space],
  ['S', not(space)],
])

const CONTROLS: ReadonlyMap<string, number> = new Map([
  ['t', 9],
  ['n', 10],
  ['v', 11],
  ['f', 12],
  ['r', 13],
])

const REPEATS: ReadonlyMap<string, [least: number, most: number]> = new Map([
  ['*', [0, Number.POSITIVE_INFINITY]],
  ['+', [1, Number.POSITIVE_INFINITY]],
  ['?', [0, 1]],
])

/** Reads literals, `.`, classes, `^`, `$`, groups, `|`, and `* + ? {n,m}` (lazy ones too: whether a name matches does not depend on it). */
export function parsePattern(source: string): Pattern {
  return new PatternReader(source).whole()
}

class PatternReader {
  readonly #characters: string[]
  #at = 0

  constructor(source: string) {
    this.#characters = [...source]
  }

  whole(): Pattern {
    const pattern = this.#choice(0)
    if (this.#at < this.#characters.length) this.#fail('a group ends that did not begin')
    return pattern
  }

  #fail(message: string): never {
    throw new PatternSyntaxError(`${message} at character ${this.#at}`)
  }

  #peek(): string {
    return this.#characters[this.#at] ?? ''
  }

  #accept(character: string): boolean {
    if (this.#peek() !== character) return false
    this.#at += 1
    return true
  }

  #choice(depth: number): Pattern {
    if (depth > DEEPEST_GROUP) this.#fail('groups nest too deep')
    const items = [this.#sequence(depth)]
    while (this.#accept('|')) items.push(this.#sequence(depth))
    return { kind: 'choice', items }
  }

  #sequence(depth: number): Pattern {
    const items: Pattern[] = []
    while (!['', '|', ')'].includes(this.#peek())) items.push(this.#repeated(depth))
    return { kind: 'sequence', items }
  }

  #repeated(depth: number): Pattern {
    const item = this.#atom(depth)
    const range = this.#repeatRange()
    if (range === undefined) return item
    if (item.kind === 'start' || item.kind === 'end') this.#fail('an anchor cannot be repeated')
    this.#accept('?')
    if (this.#repeatRange() !== undefined) this.#fail('a repetition is repeated')
    return { kind: 'repeat', item, least: range[0], most: range[1] }
  }

  #repeatRange(): readonly [least: number, most: number] | undefined {
    const short = REPEATS.get(this.#peek())
    if (short !== undefined) {
      this.#at += 1
      return short
    }
    const counted = COUNTED.exec(this.#characters.slice(this.#at, this.#at + 12).join(''))
    if (counted === null) return undefined
    const [text, from, comma, to] = counted
    const least = Number(from)
    const most = comma === undefined ? least : to === '' ? Number.POSITIVE_INFINITY : Number(to)
    if (least > most) this.#fail('a repetition ends before it begins')
    if (Math.max(least, Number.isFinite(most) ? most : 0) > MOST_REPEATS) {
      this.#fail(`a repetition of more than ${MOST_REPEATS}`)
    }
    this.#at += text.length
    return [least, most]
  }

  #atom(depth: number): Pattern {
    if (this.#accept('(')) return this.#group(depth)
    if (this.#accept('[')) return { kind: 'character', test: this.#class() }
    if (this.#accept('.')) return { kind: 'character', test: not(equal(NEWLINE)) }
    if (this.#accept('^')) return { kind: 'start' }
    if (this.#accept('$')) return { kind: 'end' }
    if (REPEATS.has(this.#peek())) this.#fail('nothing to repeat')
    return { kind: 'character', test: this.#shorthand() ?? equal(this.#code()) }
  }

  #group(depth: number): Pattern {
    if (this.#accept('?') && !this.#accept(':')) this.#fail('look-around, named groups and flags are not supported')
    const inner = this.#choice(depth + 1)
    if (!this.#accept(')')) this.#fail('a group does not end')
    return inner
  }

  #class(): CharacterTest {
    const negated = this.#accept('^')
    const tests: CharacterTest[] = []
    for (let first = true; first || this.#peek() !== ']'; first = false) tests.push(this.#classItem())
    this.#at += 1
    const any: CharacterTest = (code) => tests.some((test) => test(code))
    return negated ? not(any) : any
  }

  #classItem(): CharacterTest {
    const shorthand = this.#shorthand()
    if (shorthand !== undefined) return shorthand
    const low = this.#code()
    const next = this.#characters[this.#at + 1] ?? ']'
    if (this.#peek() !== '-' || next === ']') return equal(low)
    this.#at += 1
    const high = this.#code()
    if (high < low) this.#fail('a range ends before it begins')
    return (code) => code >= low && code <= high
  }

  #shorthand(): CharacterTest | undefined {
    const test = this.#peek() === '\\' ? CLASSES.get(this.#characters[this.#at + 1] ?? '') : undefined
    if (test !== undefined) this.#at += 2
    return test
  }

  #code(): number {
    const escaped = this.#accept('\\')
    const character = this.#peek()
    if (character === '') this.#fail('the pattern ends too early')
    this.#at += 1
    const code = character.codePointAt(0)!
    if (!escaped) return code
    const control = CONTROLS.get(character)
    if (control === undefined && word(code)) this.#fail(`the escape \\${character} is not supported`)
    return control ?? code
  }
}
