import type { ValidateOptions } from '../contract.ts'
import type { QueryLanguage } from '../query/template.ts'

/** Where in a definition a check stands. */
export interface Place {
  /** JSON pointer of the value. */
  readonly location: string
  /** The last name of the location. */
  readonly field: string
  readonly language: QueryLanguage
  readonly options: ValidateOptions
  /** The language of the whole machine. */
  readonly machineLanguage: QueryLanguage
  /** All state names met so far: they are unique within a machine. */
  readonly names: Set<string>
}

export function below(place: Place, field: string | number): Place {
  return { ...place, field: String(field), location: `${place.location === '/' ? '' : place.location}/${field}` }
}

export function elementOf(place: Place, index: number): Place {
  return { ...place, location: `${place.location}[${index}]` }
}
