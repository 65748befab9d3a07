import { expect } from 'chai'
import { learningPace, SCHEDULES, type ScheduleName } from '../../../../../containers/pocket/train/learning-pace.ts'

const pacesOf = (schedule: ScheduleName, warmupSteps: number): number[] =>
  Array.from({ length: 8 }, (_, at) => learningPace(at + 1, { schedule, steps: 8, warmupSteps }))

describe('the pace of learning', () => {
  it('follows its schedule', () => {
    expect(pacesOf('constant', 0)).deep.equal([1, 1, 1, 1, 1, 1, 1, 1])
    expect(pacesOf('linear', 0)).deep.equal([1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125])
    expect(pacesOf('cosine', 0).map((pace) => Number(pace.toFixed(2)))).deep.equal([
      1, 0.96, 0.85, 0.69, 0.5, 0.31, 0.15, 0.04,
    ])
  })

  it('rises over the steps of its warm-up first, and is never zero', () => {
    for (const schedule of SCHEDULES) {
      const paces = pacesOf(schedule, 3)
      expect(paces.slice(0, 4)).deep.equal([0.25, 0.5, 0.75, 1])
      expect(Math.min(...paces)).greaterThan(0)
    }
    expect(Math.min(...pacesOf('linear', 20))).greaterThan(0)
  })
})
