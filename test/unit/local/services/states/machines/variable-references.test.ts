import { expect } from 'chai'
import { variableReferences } from '../../../../../../local/services/states/machines/variable-references.ts'

const of = (states: object): Record<string, string[]> =>
  variableReferences(JSON.stringify({ StartAt: 'A', States: states }))

describe('Which variables a state reads', () => {
  it('finds them in the paths of JSONPath states', () => {
    expect(
      of({
        A: {
          Type: 'Pass',
          InputPath: '$in.field',
          Parameters: { 'x.$': '$one[0]', 'y.$': '$.field', 'z.$': '$$.Map' },
        },
        B: { Type: 'Choice', Choices: [{ Variable: '$guess', StringEqualsPath: '$answer', Next: 'A' }] },
      }),
    ).to.deep.equal({ A: ['in', 'one'], B: ['answer', 'guess'] })
  })

  it('finds them in the arguments of intrinsic functions, but not in their texts', () => {
    const Parameters = { 'x.$': "States.Format('$not {}', $template, $.n)" }
    expect(of({ A: { Type: 'Pass', Parameters } })).to.deep.equal({ A: ['template'] })
  })

  it('takes a plain text for a text', () => {
    expect(of({ A: { Type: 'Pass', Parameters: { price: '$five' } } })).to.deep.equal({})
  })

  it('finds them in JSONata, without functions, local variables and $states', () => {
    const Output =
      "{% ($local := $total + 1; $map($items, function($v) { $v * $local }) & '$text' & $states.input.a) %}"
    expect(of({ A: { Type: 'Pass', Output } })).to.deep.equal({ A: ['items', 'total'] })
  })

  it('names the states inside Map and Parallel by themselves', () => {
    const inner = { StartAt: 'In', States: { In: { Type: 'Pass', InputPath: '$inner' } } }
    expect(
      of({
        M: { Type: 'Map', ItemsPath: '$list', ItemProcessor: inner },
        P: { Type: 'Parallel', Branches: [{ StartAt: 'B', States: { B: { Type: 'Pass', OutputPath: '$out' } } }] },
      }),
    ).to.deep.equal({ M: ['list'], In: ['inner'], B: ['out'] })
  })
})
