import { InvalidRequestError } from '../errors.ts'
import { compileAutomaton } from './pattern-automaton.ts'
import { PatternSyntaxError, parsePattern } from './pattern-syntax.ts'

const LONGEST_PATTERN = 500

/**
 * Compiles a regular expression that names of tensors are searched with. We run it on an automaton of our own: a user's
 * pattern on a backtracking engine can take exponential time, and a "safe subset" of patterns is hard to tell apart. The price:
 * look-around and back-references are refused. Throws `InvalidRequest` naming `field`.
 */
export function compileNamePattern(pattern: string, field: string): (name: string) => boolean {
  if (pattern.length > LONGEST_PATTERN) {
    throw new InvalidRequestError(
      `${field} has ${pattern.length} characters; write a pattern of at most ${LONGEST_PATTERN}`,
    )
  }
  try {
    return compileAutomaton(parsePattern(pattern))
  } catch (error) {
    if (!(error instanceof PatternSyntaxError)) throw error
    throw new InvalidRequestError(`${field} is not a pattern we can run: ${error.message}`, { cause: error })
  }
}
