import { validateDefinition } from '../../../interpreter/validation/validate-definition.ts'
import { compact, operation } from '../operation.ts'
import * as member from '../wire/members.ts'
import { number, oneOf, required, structure } from '../wire/shapes.ts'

const MOST_DIAGNOSTICS = 100

export const validateStateMachineDefinition = operation({
  input: structure({
    definition: required(member.definition),
    type: member.machineType,
    severity: oneOf('ERROR', 'WARNING'),
    maxResults: number({ min: 0, max: MOST_DIAGNOSTICS }),
  }),
  resource: () => '*',
  async run({ definition, type, severity, maxResults }, { rejectResource, integrations }) {
    await integrations.prepare(definition)
    const found = validateDefinition(definition, { type: type ?? 'STANDARD', rejectResource })
    const errors = found.filter((diagnostic) => diagnostic.severity === 'ERROR')
    const diagnostics = severity === 'WARNING' ? found : errors
    const most = maxResults || MOST_DIAGNOSTICS
    return compact({
      result: errors.length > 0 ? 'FAIL' : 'OK',
      diagnostics: diagnostics.slice(0, most),
      truncated: diagnostics.length > most,
    })
  },
})
