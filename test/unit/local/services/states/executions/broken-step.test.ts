import { expect } from 'chai'
import type { Execution } from '../../../../../../local/interpreter/contract.ts'
import { brokenStep } from '../../../../../../local/services/states/executions/broken-step.ts'

describe('A step that the interpreter could not make', () => {
  it('ends the execution with a runtime error that says why', () => {
    const state: Execution = { status: 'RUNNING', outcome: undefined, eventCount: 4, redriveCount: 0 }
    const { execution, events, effects, pending } = brokenStep(state, 99, new Error('no such frame'))
    const cause = 'An error occurred while interpreting the state machine: no such frame'
    const outcome = { status: 'FAILED', error: 'States.Runtime', cause }
    expect(execution).to.deep.include({ status: 'FAILED', outcome, eventCount: 5 })
    expect(events).to.deep.equal([
      {
        id: 5,
        previousEventId: 4,
        timestamp: 99,
        type: 'ExecutionFailed',
        executionFailedEventDetails: { error: 'States.Runtime', cause },
      },
    ])
    expect(effects).to.deep.equal([{ kind: 'executionEnded', outcome }])
    expect(pending).to.equal(false)
  })
})
