import type { TestStateStep } from '../contract.ts'

type Code = Extract<TestStateStep, { kind: 'refused' }>['code']

/** TestState does not take the request. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: Code

  constructor(code: Code, message: string) {
    super(message)
    this.code = code
  }
}

export function refuse(message: string): never {
  throw new Refusal('ValidationException', message)
}
