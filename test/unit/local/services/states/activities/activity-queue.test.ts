import { expect } from 'chai'
import { ActivityQueue } from '../../../../../../local/services/states/activities/activity-queue.ts'

const task = (token: string) => ({ token, input: '{}' })

describe('The queue of an activity', () => {
  it('gives waiting tasks to workers in the order they came', async () => {
    const queue = new ActivityQueue()
    queue.offer('a', task('1'))
    queue.offer('a', task('2'))
    expect([await queue.take('a').task, await queue.take('a').task]).to.deep.equal([task('1'), task('2')])
  })

  it('gives a new task to the worker that waits longest', async () => {
    const queue = new ActivityQueue()
    const [first, second] = [queue.take('a'), queue.take('a')]
    queue.offer('a', task('1'))
    queue.offer('a', task('2'))
    expect([await first.task, await second.task]).to.deep.equal([task('1'), task('2')])
  })

  it('does not give a task to a worker that has left', async () => {
    const queue = new ActivityQueue()
    const gone = queue.take('a')
    gone.leave()
    expect(await gone.task).to.equal(undefined)
    queue.offer('a', task('1'))
    expect(await queue.take('a').task).to.deep.equal(task('1'))
  })

  it('does not give out a task that was taken back', async () => {
    const queue = new ActivityQueue()
    const takeBack = queue.offer('a', task('1'))
    queue.offer('a', task('2'))
    takeBack()
    expect(await queue.take('a').task).to.deep.equal(task('2'))
  })

  it('keeps activities apart', async () => {
    const queue = new ActivityQueue()
    queue.offer('a', task('1'))
    const other = queue.take('b')
    queue.close()
    expect(await other.task).to.equal(undefined)
  })
})
