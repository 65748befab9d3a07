import { type Resource, TemplateError } from './stack.ts'

/** The Amazon States Language of a state machine resource, with its `DefinitionSubstitutions` put in. */
export function stateMachineDefinition({ logicalId, properties }: Resource): unknown {
  const path = `Resources.${logicalId}.Properties.DefinitionString`
  const { Definition, DefinitionString, DefinitionSubstitutions = {} } = properties
  const text = typeof DefinitionString === 'string' ? DefinitionString : JSON.stringify(Definition)
  if (text === undefined) throw new TemplateError(path, 'is missing')
  const substitutions = DefinitionSubstitutions as Record<string, unknown>
  const filled = text.replace(/\$\{([^}]*)\}/g, (whole, name: string) =>
    Object.hasOwn(substitutions, name) ? JSON.stringify(String(substitutions[name])).slice(1, -1) : whole,
  )
  try {
    return JSON.parse(filled)
  } catch (cause) {
    throw new TemplateError(path, `is not JSON: ${(cause as Error).message}`)
  }
}
