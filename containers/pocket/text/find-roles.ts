import type { WeightedWord } from './parse-prompt.ts'
import { isPosition, type Role, taughtWord } from './vocabulary.ts'

/**
 * For each word, what it is said of: "red circle with yellow stripes on blue" has a red figure, a yellow detail of it and a blue
 * ground. What follows "on" is ground, and what comes before "background"; what follows "with", and the word after "and", is detail.
 */
export function findRoles(words: readonly WeightedWord[]): Role[] {
  const clauses = new Set(words.map(({ clause }) => clause))
  return [...clauses].flatMap((clause) =>
    rolesOfClause(words.filter((word) => word.clause === clause).map(({ word }) => taughtWord(word))),
  )
}

function rolesOfClause(words: readonly (string | undefined)[]): Role[] {
  let isGround = isGroundAhead(words, 0)
  let isDetail = false
  return words.map((word, at) => {
    if (word === 'on' && !isPosition(words[at + 1])) [isGround, isDetail] = [true, false]
    if (word === 'with') {
      const isNew = isGroundAhead(words, at + 1) || words[at - 1] === 'background'
      ;[isGround, isDetail] = isNew ? [words[at - 1] !== 'background', false] : [isGround, true]
    }
    const role = roleOf(isGround, isDetail || words[at - 1] === 'and')
    if (word === 'background') [isGround, isDetail] = [false, false]
    return role
  })
}

/** Whether "background" comes before the next "on" or "with". */
function isGroundAhead(words: readonly (string | undefined)[], from: number): boolean {
  const next = words.slice(from).find((word) => word === 'on' || word === 'with' || word === 'background')
  return next === 'background'
}

function roleOf(isGround: boolean, isDetail: boolean): Role {
  if (isGround) return isDetail ? 'groundDetail' : 'ground'
  return isDetail ? 'figureDetail' : 'figure'
}
