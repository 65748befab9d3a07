import type { DefinitionErrorShape, Diagnostic } from '../contract.ts'

/** The definition is no valid machine; `message` is what CreateStateMachine says after "Invalid State Machine Definition:". */
export class DefinitionError extends Error implements DefinitionErrorShape {
  override readonly name = 'InvalidDefinition'
  readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: readonly Diagnostic[]) {
    const findings = diagnostics
      .filter(({ severity }) => severity === 'ERROR')
      .map(({ code, message, location }) => `${code}: ${message} at ${location ?? '/'}`)
    super(findings.join(', '))
    this.diagnostics = diagnostics
  }
}
