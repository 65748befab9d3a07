import { expect } from 'chai'
import type { Resource } from '../../../../local/template/stack.ts'
import { stateMachineDefinition } from '../../../../local/template/state-machine-definition.ts'

function machine(properties: Record<string, unknown>): Resource {
  return { logicalId: 'Merge', type: 'AWS::StepFunctions::StateMachine', properties, physicalId: '', attributes: {} }
}

describe('the definition of a state machine', () => {
  it('has its substitutions put in, as JSON text', () => {
    const DefinitionString = '{"Resource":"${Plan}","Other":"${Unknown}"}'
    const definition = stateMachineDefinition(machine({ DefinitionString, DefinitionSubstitutions: { Plan: 'a"b' } }))
    expect(definition).to.eql({ Resource: 'a"b', Other: '${Unknown}' })
  })

  it('may stand in the template as an object', () => {
    const Definition = { StartAt: '${First}' }
    expect(stateMachineDefinition(machine({ Definition, DefinitionSubstitutions: { First: 'Plan' } }))).to.eql({
      StartAt: 'Plan',
    })
  })

  it('must be there and be JSON', () => {
    const path = 'Resources.Merge.Properties.DefinitionString'
    expect(() => stateMachineDefinition(machine({}))).to.throw(`${path}: is missing`)
    expect(() => stateMachineDefinition(machine({ DefinitionString: '{' }))).to.throw(`${path}: is not JSON`)
  })
})
