import { expect } from 'chai'
import { TaskTokens } from '../../../../../../local/services/states/tasks/task-tokens.ts'

const holder = { executionArn: 'e', taskId: 't', resource: 'r' }

describe('Task tokens', () => {
  it('lead to the task they were given for', () => {
    const tokens = new TaskTokens()
    tokens.add('token', holder)
    expect(tokens.require('token')).to.equal(holder)
    expect(tokens.find('other')).to.equal(undefined)
  })

  it('time out once they are spent', () => {
    const tokens = new TaskTokens()
    tokens.add('token', holder)
    tokens.spend('token')
    expect(() => tokens.require('token')).to.throw("Task Timed Out: 'Provided task does not exist anymore'")
  })

  it('time out when they look like tokens of an earlier time', () => {
    expect(() => new TaskTokens().require('AQCsAAAAKgAAAAMAAAAAAAAAAc==')).to.throw('Task Timed Out')
  })

  it('are invalid when they never were tokens', () => {
    expect(() => new TaskTokens().require('NoSuchTaskToken')).to.throw("Invalid Token: 'Invalid token'")
  })
})
