import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import * as errors from '../../../../functions/shared/errors.ts'
import { ADVISED_ERRORS } from '../../../../functions/subscribers/announce/advice.ts'

type ErrorClass = new (message: string) => Error

const classes = Object.entries(errors)
  .filter(([exported]) => exported !== 'PermanentError')
  .map(([exported, value]) => [exported, new (value as unknown as ErrorClass)('why')] as const)

const documented = readFileSync('docs/errors.md', 'utf8')
  .split('\n')
  .map((line) => /^\| `([^`]+)` \| (permanent|transient)?/.exec(line))
  .filter((row) => row !== null)

describe('The error vocabulary', () => {
  it('documents every class with its kind, and no class that is not there', () => {
    const told = documented.filter(([, , kind]) => kind).map(([, name, kind]) => `${name} ${kind}`)
    const expected = classes.map(
      ([, error]) => `${error.name} ${error instanceof errors.PermanentError ? 'permanent' : 'transient'}`,
    )
    expect(told.sort()).to.deep.equal(expected.sort())
  })

  it('has names that a bundler cannot change and that differ from each other', () => {
    const names = classes.map(([, error]) => error.name)
    expect(new Set(names).size).to.equal(names.length)
    for (const [exported, error] of classes) {
      expect(exported).to.equal(error.name.replace(/Error$|$/, 'Error'))
      expect(Object.hasOwn(error, 'name')).to.equal(true)
    }
  })

  it('has words in the mail for each name that a job can fail with', () => {
    const apiOnly = [
      'Forbidden',
      'CheckpointInUse',
      'MergeNotFound',
      'EndpointNotFound',
      'EndpointBusy',
      'PackagedModelNotFound',
      'PackagedModelNotActive',
      'ModelInUse',
      'DatasetBusy',
      'DatasetExists',
      'DatasetInUse',
      'DatasetIncomplete',
    ]
    const names = documented.map(([, name]) => name).filter((name) => !apiOnly.includes(name!) && name !== 'Unknown')
    expect([...ADVISED_ERRORS].sort()).to.deep.equal(names.sort())
  })

  it('lists twenty offending tensors and counts the rest', () => {
    const names = Array.from({ length: 23 }, (_, index) => `t${index}`)
    const { message, offenders } = new errors.IncompatibleCheckpointsError('Shapes differ', names)
    expect(message).to.match(/^Shapes differ: t0, t1, .*, t19 and 3 more$/)
    expect(offenders).to.have.lengthOf(23)
    expect(new errors.IncompatibleCheckpointsError('Shapes differ', ['t']).message).to.equal('Shapes differ: t')
    expect(new errors.IncompatibleCheckpointsError('Shapes differ').message).to.equal('Shapes differ')
  })

  it('keeps the cause', () => {
    const cause = new Error('first')
    expect(new errors.NameTakenError('taken', { cause }).cause).to.equal(cause)
    expect(new errors.IncompatibleCheckpointsError('differ', [], { cause }).cause).to.equal(cause)
  })
})
