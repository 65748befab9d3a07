import type { WaitState, WaitUntil } from '../../machine.ts'
import { compilePath } from '../../query/json-path.ts'
import { compileTypedJsonata } from '../../query/template.ts'
import { compileBase, type StateSource } from '../fields.ts'

export function compileWait(source: StateSource): WaitState {
  return { ...compileBase(source), type: 'Wait', until: compileUntil(source) }
}

/** Validation has made sure that there is exactly one of the four. */
function compileUntil({ fields }: StateSource): WaitUntil {
  if (fields.Seconds !== undefined) {
    return {
      kind: 'seconds',
      seconds: compileTypedJsonata(fields.Seconds, {
        field: 'Seconds',
        expected: 'number',
        accepts: (value) => typeof value === 'number',
      }),
    }
  }
  if (fields.Timestamp !== undefined) {
    return {
      kind: 'timestamp',
      timestamp: compileTypedJsonata(fields.Timestamp, {
        field: 'Timestamp',
        expected: 'string',
        accepts: (value) => typeof value === 'string',
      }),
    }
  }
  if (fields.SecondsPath !== undefined) return { kind: 'secondsPath', path: compilePath(fields.SecondsPath as string) }
  return { kind: 'timestampPath', path: compilePath(fields.TimestampPath as string) }
}
