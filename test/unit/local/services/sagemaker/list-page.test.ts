import { expect } from 'chai'
import { listPage } from '../../../../../local/services/sagemaker/operations/list-page.ts'

const records = ['b', 'a', 'd', 'c'].map((name, index) => ({ name, createdAt: 1_000 * (index + 1) }))
const namesOf = (page: { page: { name: string }[] }): string => page.page.map(({ name }) => name).join('')

describe('pages of a list', () => {
  it('are sorted as asked', () => {
    expect(namesOf(listPage(records, {}))).to.equal('cdab')
    expect(namesOf(listPage(records, { SortOrder: 'Ascending' }))).to.equal('badc')
    expect(namesOf(listPage(records, { SortBy: 'Name', SortOrder: 'Ascending' }))).to.equal('abcd')
  })

  it('go on after the last one given, even if it is gone', () => {
    const first = listPage(records, { MaxResults: 2 })
    expect(namesOf(first)).to.equal('cd')
    const left = records.filter(({ name }) => name !== 'd')
    const second = listPage(left, { MaxResults: 2, NextToken: first.NextToken! })
    expect(namesOf(second)).to.equal('ab')
    expect(second).to.not.have.property('NextToken')
  })

  it('hold only what was made in the time asked for', () => {
    expect(namesOf(listPage(records, { CreationTimeAfter: 1, CreationTimeBefore: 4 }))).to.equal('da')
  })

  it('refuse a token that is none', () => {
    expect(() => listPage(records, { NextToken: 'x' })).to.throw('Invalid pagination token.')
  })
})
