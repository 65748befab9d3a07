import { expect } from 'chai'
import { exceedsTolerance } from '../../../../../../local/interpreter/states/map/tolerated-failure.ts'

describe('tolerated failures', () => {
  const rows: readonly (readonly [count: number, percentage: number, failed: number, exceeded: boolean])[] = [
    [0, 0, 0, false],
    [0, 0, 1, true],
    [2, 0, 2, false],
    [2, 0, 3, true],
    [0, 30, 3, false],
    [0, 30, 4, true],
    [5, 30, 4, true],
    [2, 90, 3, true],
    [5, 90, 5, false],
  ]
  for (const [count, percentage, failed, exceeded] of rows) {
    it(`${count} or ${percentage} % ${exceeded ? 'do not cover' : 'cover'} ${failed} of 10`, () => {
      expect(exceedsTolerance({ count, percentage }, { failed, total: 10 })).to.equal(exceeded)
    })
  }
})
