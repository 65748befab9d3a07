import { expect } from 'chai'
import {
  redriveStatus,
  redriveStatusReason,
  statusChangeEvent,
} from '../../../../../../local/services/states/announcements/status-change-event.ts'
import type { ExecutionRecord } from '../../../../../../local/services/states/executions/execution-record.ts'

const record: ExecutionRecord = {
  id: '1',
  arn: 'arn:aws:states:us-east-1:000000000000:execution:merge:one',
  name: 'one',
  machineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:merge',
  machineName: 'merge',
  type: 'STANDARD',
  roleArn: 'arn:aws:iam::000000000000:role/machine',
  definitionHash: 'h',
  machineUpdatedAt: 0,
  status: 'RUNNING',
  startedAt: 1000,
  redriveCount: 0,
}
const failed: ExecutionRecord = { ...record, status: 'FAILED', stoppedAt: 3000, error: 'Broken', cause: 'why' }

describe('The event of a changed status', () => {
  it('has the members of AWS, those without a value as null', () => {
    const { detail, ...envelope } = statusChangeEvent(record, { input: '{"id":"m1"}' })
    expect(envelope).to.deep.equal({
      source: 'aws.states',
      detailType: 'Step Functions Execution Status Change',
      time: 1000,
      region: 'us-east-1',
      account: '000000000000',
      resources: [record.arn],
    })
    expect(JSON.parse(detail)).to.deep.equal({
      executionArn: record.arn,
      stateMachineArn: record.machineArn,
      name: 'one',
      status: 'RUNNING',
      startDate: 1000,
      stopDate: null,
      input: '{"id":"m1"}',
      inputDetails: { included: true },
      output: null,
      outputDetails: null,
      stateMachineVersionArn: null,
      stateMachineAliasArn: null,
      redriveCount: 0,
      redriveDate: null,
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'Execution is RUNNING and cannot be redriven',
      error: null,
      cause: null,
    })
  })

  it('carries the end of the execution', () => {
    const { time, detail } = statusChangeEvent(failed, { input: '{}' })
    expect(time).to.equal(3000)
    expect(JSON.parse(detail)).to.include({ status: 'FAILED', stopDate: 3000, error: 'Broken', cause: 'why' })
  })

  it('leaves out what is too large for an event, the output first', () => {
    const large = JSON.stringify('x'.repeat(200_000))
    const both = JSON.parse(statusChangeEvent(record, { input: large, output: large }).detail)
    expect(both).to.deep.include({ input: large, output: null, outputDetails: { included: false } })
    const tooLarge = JSON.stringify('x'.repeat(260_000))
    const one = JSON.parse(statusChangeEvent(record, { input: tooLarge, output: large }).detail)
    expect(one).to.deep.include({ input: null, inputDetails: { included: false }, output: large })
  })

  it('says who may redrive the execution', () => {
    expect(redriveStatus(failed)).to.equal('REDRIVABLE')
    expect(redriveStatusReason(failed)).to.equal(undefined)
    const parent = { executionArn: 'p', childId: 'c', mapRunArn: 'm', stateName: 's' }
    expect(redriveStatus({ ...failed, parent })).to.equal('REDRIVABLE_BY_MAP_RUN')
    expect(redriveStatus({ ...failed, status: 'SUCCEEDED' })).to.equal('NOT_REDRIVABLE')
  })
})
