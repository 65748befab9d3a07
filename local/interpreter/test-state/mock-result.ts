import type { Json, TaskResource } from '../contract.ts'
import { isArray, isObject } from '../json.ts'
import { type MockShape, mockShapes } from './mock-shapes.ts'
import { refuse } from './refusal.ts'

/** Holds a mocked result against what is known of the API's answer. PRESENT looks at the fields that are there, STRICT also at those that must be. */
export function checkMockResult(resource: TaskResource, result: Json, mode: 'STRICT' | 'PRESENT'): void {
  const shape =
    resource.kind === 'service' && resource.pattern === 'requestResponse'
      ? mockShapes[`${resource.service}:${resource.action}`]
      : undefined
  if (shape !== undefined) checkValue(result, { field: '', shape, mode })
}

interface Expectation<S extends MockShape = MockShape> {
  readonly field: string
  readonly shape: S
  readonly mode: 'STRICT' | 'PRESENT'
}

type CheckShape<S extends MockShape> = (value: Json, expectation: Expectation<S>) => void

const checks: { readonly [S in MockShape as S['kind']]: CheckShape<S> } = {
  structure: checkStructure,
  list: (value, { field, shape, mode }) => {
    if (!isArray(value)) wrong(`Field '${field}' must be an array`)
    for (const item of value) checkValue(item, { field, shape: shape.item, mode })
  },
  string: (value, { field, shape }) => {
    if (typeof value !== 'string') wrong(`Field '${field}' must be a string`)
    if (shape.choices !== undefined && !shape.choices.includes(value))
      wrong(`Field '${field}' is not an expected value`)
  },
  number: checkNumber,
  boolean: (value, { field }) => {
    if (typeof value !== 'boolean') wrong(`Field '${field}' must be a boolean`)
  },
}

function checkValue(value: Json, expectation: Expectation): void {
  const check = checks[expectation.shape.kind] as CheckShape<MockShape>
  check(value, expectation)
}

function checkStructure(
  value: Json,
  { field, shape, mode }: Expectation<Extract<MockShape, { kind: 'structure' }>>,
): void {
  if (!isObject(value)) wrong(`Field '${field}' must be an object`)
  const missing = mode === 'STRICT' ? shape.required?.find((name) => value[name] === undefined) : undefined
  if (missing !== undefined) wrong(`Required field '${missing}' is missing`)
  for (const [name, member] of Object.entries(shape.members)) {
    const inner = value[name]
    if (inner !== undefined && inner !== null) checkValue(inner, { field: name, shape: member, mode })
  }
}

function checkNumber(value: Json, { field, shape }: Expectation<Extract<MockShape, { kind: 'number' }>>): void {
  if (typeof value !== 'number') wrong(`Field '${field}' must be a number`)
  if (shape.least !== undefined && value < shape.least) wrong(`Field '${field}' is less than the minimum value`)
  if (shape.most !== undefined && value > shape.most) wrong(`Field '${field}' exceeds the maximum value`)
}

function wrong(detail: string): never {
  return refuse(`Mock result schema validation error: ${detail}`)
}
