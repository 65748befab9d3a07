import { expect } from 'chai'
import { judge, type Report } from '../../../../scripts/conformance/judge.ts'
import { renderMatrix } from '../../../../scripts/conformance/render-matrix.ts'

const report: Report = {
  results: [
    { id: 'a', group: 'core', reached: 'history' },
    { id: 'b', group: 'core', reached: 'types' },
    { id: 'c', group: 'api', reached: 'history' },
  ],
  skipped: [['d', 'needs something']],
}

describe('the judgement of recorded cases', () => {
  it('is content when every failure has a reason and every group its floor', () => {
    const { complaints, remarks, groups } = judge(report, { floors: { core: 50, api: 100 }, gaps: { b: 'why' } })
    expect(complaints).to.deep.equal([])
    expect(remarks).to.deep.equal([])
    expect(groups).to.deep.equal([
      { group: 'api', cases: 1, passed: 1, percent: 100 },
      { group: 'core', cases: 2, passed: 1, percent: 50 },
    ])
  })

  it('complains about a group below its floor', () => {
    const { complaints } = judge(report, { floors: { core: 60, api: 100 }, gaps: { b: 'why' } })
    expect(complaints).to.deep.equal(['core: 50 % is below the floor of 60 %'])
  })

  it('complains about a failure that nobody has explained', () => {
    const { complaints } = judge(report, { floors: { core: 50, api: 100 }, gaps: {} })
    expect(complaints).to.have.length(1)
    expect(complaints[0]).to.contain('b: fails')
  })

  it('takes a group without a floor as one that must pass whole', () => {
    expect(judge(report, { floors: {}, gaps: { b: 'why' } }).complaints[0]).to.contain('core: 50 %')
  })

  it('remarks gaps that have closed and floors that can go up', () => {
    const { remarks } = judge(report, { floors: { core: 40, api: 100 }, gaps: { a: 'old', b: 'why' } })
    expect(remarks).to.deep.equal(['a: passes now, take it out of gaps.json', 'core: the floor can go up to 50 %'])
  })

  it('becomes a matrix with every gap, its reason and what was not run', () => {
    const judgement = judge(report, { floors: { core: 50, api: 100 }, gaps: { b: 'a | reason' } })
    const matrix = renderMatrix(judgement, report)
    expect(matrix).to.contain('| core | 2 | 1 | 50 % |')
    expect(matrix).to.contain('| core | b |')
    expect(matrix).to.contain('| | d | not run: needs something |')
  })
})
