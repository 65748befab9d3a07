import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { HistoryEvent } from '../../local/interpreter/contract.ts'
import { execute, type Finished } from '../support/interpreter-driver.ts'
import { type ConformanceCase, tasksOf } from './conformance-case.ts'

const CASES = 'test/conformance/cases'

/** `4<3 PassStateExited`: id, previousEventId and type, the skeleton of a history. */
function skeleton({ id, previousEventId, type }: HistoryEvent): string {
  return `${id}<${previousEventId} ${type}`
}

function detailsOf({ history }: Finished, id: number): unknown {
  const { timestamp: _timestamp, type: _type, id: _id, previousEventId: _previous, ...details } = history[id - 1]!
  return Object.values(details)[0]
}

for (const file of readdirSync(CASES).sort()) {
  const cases = JSON.parse(readFileSync(join(CASES, file), 'utf8')) as readonly ConformanceCase[]
  describe(`conformance: ${file.replace('.json', '')}`, () => {
    for (const { name, definition, input, expected, ...world } of cases) {
      it(name, async () => {
        const finished = await execute(definition, input ?? {}, tasksOf(world))
        const { outcome } = finished
        expect(outcome?.status ?? 'RUNNING').to.equal(expected.status, JSON.stringify(outcome))
        if (expected.output !== undefined && outcome?.status === 'SUCCEEDED') {
          expect(JSON.parse(outcome.output)).to.deep.equal(expected.output)
        }
        if (outcome !== undefined && outcome.status !== 'SUCCEEDED') {
          expect({ error: outcome.error, cause: outcome.cause }).to.deep.equal({
            error: expected.error,
            cause: expected.cause,
          })
        }
        if (expected.history !== undefined) expect(finished.history.map(skeleton)).to.deep.equal(expected.history)
        for (const [id, details] of Object.entries(expected.details ?? {})) {
          expect(detailsOf(finished, Number(id))).to.deep.equal(details)
        }
      })
    }
  })
}
