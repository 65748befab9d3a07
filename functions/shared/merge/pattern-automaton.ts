import { type CharacterTest, type Pattern, PatternSyntaxError } from './pattern-syntax.ts'

/** One place of the automaton: it eats a character, or it leads on without one. */
type State =
  | { kind: 'character'; test: CharacterTest; next: number }
  | { kind: 'fork'; next: number[] }
  | { kind: 'start'; next: number }
  | { kind: 'end'; next: number }
  | { kind: 'match' }

const MOST_STATES = 1000

/**
 * Turns a pattern into a search that reads each character of a name once, with all places of the automaton at the same time:
 * the time is at most length × states, whatever the pattern.
 */
export function compileAutomaton(pattern: Pattern): (name: string) => boolean {
  const states: State[] = [{ kind: 'match' }]
  const start = build(pattern, 0, states)
  return (name) =>
    search(
      states,
      start,
      [...name].map((character) => character.codePointAt(0)!),
    )
}

/** Adds the states of the pattern before the state `next`, and gives the first of them. */
function build(pattern: Pattern, next: number, states: State[]): number {
  switch (pattern.kind) {
    case 'character':
      return add({ kind: 'character', test: pattern.test, next }, states)
    case 'start':
    case 'end':
      return add({ kind: pattern.kind, next }, states)
    case 'sequence':
      return pattern.items.reduceRight((after, item) => build(item, after, states), next)
    case 'choice':
      return add({ kind: 'fork', next: pattern.items.map((item) => build(item, next, states)) }, states)
    case 'repeat':
      return buildRepeat(pattern, next, states)
  }
}

function buildRepeat(
  { item, least, most }: Extract<Pattern, { kind: 'repeat' }>,
  next: number,
  states: State[],
): number {
  let first = next
  if (most === Number.POSITIVE_INFINITY) {
    const turn: State = { kind: 'fork', next: [next] }
    first = add(turn, states)
    turn.next.push(build(item, first, states))
  } else {
    for (let count = least; count < most; count++) {
      first = add({ kind: 'fork', next: [next, build(item, first, states)] }, states)
    }
  }
  for (let count = 0; count < least; count++) first = build(item, first, states)
  return first
}

function add(state: State, states: State[]): number {
  if (states.length >= MOST_STATES)
    throw new PatternSyntaxError('the pattern is too large when its repetitions are written out')
  return states.push(state) - 1
}

function search(states: readonly State[], start: number, codes: readonly number[]): boolean {
  let places: Iterable<number> = []
  for (let at = 0; at <= codes.length; at++) {
    // The start joins at every character: a search, not a match from the beginning.
    const reached = reach(states, [...places, start], { atStart: at === 0, atEnd: at === codes.length })
    if (reached.has(0)) return true
    places = advance(states, reached, codes[at])
  }
  return false
}

function reach(
  states: readonly State[],
  from: number[],
  { atStart, atEnd }: { atStart: boolean; atEnd: boolean },
): Set<number> {
  const reached = new Set<number>()
  const open = from
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (reached.has(place)) continue
    reached.add(place)
    const state = states[place]!
    if (state.kind === 'fork') open.push(...state.next)
    else if ((state.kind === 'start' && atStart) || (state.kind === 'end' && atEnd)) open.push(state.next)
  }
  return reached
}

function advance(states: readonly State[], places: ReadonlySet<number>, code: number | undefined): Set<number> {
  const next = new Set<number>()
  if (code === undefined) return next
  for (const place of places) {
    const state = states[place]!
    if (state.kind === 'character' && state.test(code)) next.add(state.next)
  }
  return next
}
