import { readdirSync, readFileSync } from 'node:fs'
import type { ValidateFunction } from 'ajv'
import AjvDraft4 from 'ajv-draft-04'
import { expect } from 'chai'
import { CHECKPOINT_TYPES } from '../../../functions/shared/checkpoints/checkpoint-record.ts'
import { TASK_TYPES } from '../../../functions/shared/inferences/inference-record.ts'
import { FINAL_MERGE_STATUSES, MERGE_METHODS, MERGE_PRECISIONS } from '../../../functions/shared/merges/merge-record.ts'

type Schema = Record<string, unknown> & { properties: Record<string, Schema>; enum: unknown[] }

const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'))
const names = readdirSync('events/schemas')
const schema = (name: string): Schema => read(`events/schemas/${name}.json`)
const sample = (name: string) => read(`events/samples/${name}.json`)

function validator(name: string): ValidateFunction {
  const Ajv = (AjvDraft4 as unknown as { default?: typeof AjvDraft4 }).default ?? AjvDraft4
  const ajv = new (Ajv as unknown as new (options: object) => { compile(schema: object): ValidateFunction })({
    strict: true,
    allowUnionTypes: true,
    formats: { 'date-time': true },
  })
  return ajv.compile(schema(name))
}

/** Keywords of draft 4 that API Gateway's models validate. */
const KEYWORDS = new Set(
  '$schema title description type required properties additionalProperties items enum pattern minLength maxLength minimum maximum minItems maxItems format'.split(
    ' ',
  ),
)

function keywords(node: Schema): string[] {
  const children = [...Object.values(node.properties ?? {}), node.items, node.additionalProperties]
  const inner = children.filter((child) => typeof child === 'object' && child !== null)
  return [...Object.keys(node), ...inner.flatMap((child) => keywords(child as Schema))]
}

function strings(node: Schema, path: string): [string, Schema][] {
  const children = Object.entries(node.properties ?? {}) as [string, Schema][]
  if (typeof node.items === 'object') children.push(['[]', node.items as Schema])
  if (typeof node.additionalProperties === 'object') children.push(['*', node.additionalProperties as Schema])
  const own: [string, Schema][] = node.type === 'string' ? [[path, node]] : []
  return [...own, ...children.flatMap(([name, child]) => strings(child, `${path}.${name}`))]
}

describe('The schemas of bodies and events', () => {
  it('have one valid sample each', () => {
    expect(readdirSync('events/samples')).to.deep.equal(names)
    for (const name of names.map((file) => file.replace('.json', ''))) {
      const validate = validator(name)
      expect(validate(sample(name)), `${name}: ${JSON.stringify(validate.errors)}`).to.equal(true)
    }
  })

  it('use draft 4 and only keywords that API Gateway knows', () => {
    for (const file of names) {
      const node = read(`events/schemas/${file}`)
      expect(node.$schema).to.equal('http://json-schema.org/draft-04/schema#')
      expect(
        keywords(node).filter((keyword) => !KEYWORDS.has(keyword)),
        file,
      ).to.deep.equal([])
    }
  })

  it('bound every string that a client sends', () => {
    for (const name of [
      'create-endpoint',
      'create-dataset',
      'update-dataset',
      'delete-datasets',
      'create-training',
      'delete-trainings',
      'update-endpoint',
      'delete-endpoints',
      'create-inference',
      'delete-inferences',
      'text2image',
      'create-merge',
      'create-model',
      'create-checkpoint',
      'update-checkpoint',
      'delete-checkpoints',
    ]) {
      for (const [path, node] of strings(schema(name), name)) {
        expect('enum' in node || 'pattern' in node || 'maxLength' in node, path).to.equal(true)
      }
    }
  })

  it('know the same words as the code', () => {
    const { method, precision } = schema('create-merge').properties
    expect(method!.enum).to.deep.equal([...MERGE_METHODS])
    expect(precision!.enum).to.deep.equal([...MERGE_PRECISIONS])
    expect(schema('create-checkpoint').properties.checkpoint_type!.enum).to.deep.equal([...CHECKPOINT_TYPES])
    expect(schema('darkroom-event').properties.to!.enum).to.deep.equal([...FINAL_MERGE_STATUSES])
    const asked = schema('async-inference-input').properties.request!.properties.taskType!
    expect(asked.enum).to.deep.equal([...TASK_TYPES])
    const { properties, required } = schema('create-merge')
    expect(schema('merge-checkpoint-input').properties.request).to.deep.include({ properties, required })
  })

  describe('refuse as the body of POST /merges', () => {
    const good = sample('create-merge')
    const { name: _, ...nameless } = good
    const cases: [string, unknown][] = [
      ['no name', nameless],
      ['an unknown field', { ...good, primry: 'x' }],
      ['a name with a slash', { ...good, name: 'a/b' }],
      ['a name with a line break', { ...good, name: 'a\nb' }],
      ['a name that begins with a dot', { ...good, name: '.a' }],
      ['a name of 65 characters', { ...good, name: 'a'.repeat(65) }],
      ['an unknown method', { ...good, method: 'Weighted sum' }],
      ['a multiplier above 1', { ...good, multiplier: 1.01 }],
      ['a negative multiplier', { ...good, multiplier: -0.1 }],
      ['a multiplier in quotes', { ...good, multiplier: '0.3' }],
      ['an empty input', { ...good, secondary: '' }],
      ['an unknown precision', { ...good, precision: 'fp16' }],
      ['no parts', { ...good, parts: 0 }],
      ['a list', [good]],
    ]
    for (const [what, body] of cases) {
      it(what, () => expect(validator('create-merge')(body)).to.equal(false))
    }
  })

  it('accept names with dots, blanks and 64 characters', () => {
    const good = sample('create-merge')
    for (const name of ['castle-mix v1.5', 'a', '0_x', 'a'.repeat(64)]) {
      expect(validator('create-merge')({ ...good, name }), name).to.equal(true)
    }
  })
})
