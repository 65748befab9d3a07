import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import {
  type AlarmDefinition,
  type AlarmRecord,
  evaluateAlarm,
} from '../../../../../local/services/cloudwatch/alarm.ts'
import { type CloudWatch, createCloudWatch } from '../../../../../local/services/cloudwatch/create-cloudwatch.ts'
import { createManualClock, type ManualClock } from '../../../../support/manual-clock.ts'

const definition: AlarmDefinition = {
  AlarmName: 'high',
  ActionsEnabled: true,
  OKActions: [],
  AlarmActions: ['arn:aws:autoscaling:r:1:scalingPolicy:x', 'arn:aws:sns:r:1:topic'],
  InsufficientDataActions: [],
  Namespace: 'n',
  MetricName: 'm',
  Dimensions: [{ Name: 'd', Value: 'v' }],
  Statistic: 'Average',
  Period: 60,
  EvaluationPeriods: 3,
  DatapointsToAlarm: 2,
  Threshold: 10,
  ComparisonOperator: 'GreaterThanThreshold',
  TreatMissingData: 'missing',
}
const alarm: AlarmRecord = { ...definition, arn: 'arn', state: 'OK', reason: '', stateChangedAt: 0, configuredAt: 0 }

describe('the state of an alarm', () => {
  it('follows from as many of its periods as it asks for', () => {
    const stateOf = (...values: (number | undefined)[]): string => evaluateAlarm(alarm, values).state
    expect(stateOf(11, 11, 0)).to.equal('ALARM')
    expect(stateOf(11, 10, 0)).to.equal('OK')
    expect(stateOf(11, undefined, 11)).to.equal('ALARM')
    expect(stateOf(undefined, undefined, 11)).to.equal('OK')
    expect(stateOf(undefined, undefined, undefined)).to.equal('INSUFFICIENT_DATA')
  })

  it('takes missing data as the alarm says', () => {
    const stateOf = (TreatMissingData: AlarmDefinition['TreatMissingData']): string =>
      evaluateAlarm({ ...alarm, state: 'ALARM', TreatMissingData }, [undefined, undefined, undefined]).state
    expect(stateOf('breaching')).to.equal('ALARM')
    expect(stateOf('notBreaching')).to.equal('OK')
    expect(stateOf('ignore')).to.equal('ALARM')
    expect(stateOf('missing')).to.equal('INSUFFICIENT_DATA')
  })

  it('compares as the operator says', () => {
    const stateAt = (ComparisonOperator: AlarmDefinition['ComparisonOperator'], value: number): string =>
      evaluateAlarm({ ...alarm, ComparisonOperator, DatapointsToAlarm: 1 }, [value]).state
    expect(stateAt('GreaterThanOrEqualToThreshold', 10)).to.equal('ALARM')
    expect(stateAt('GreaterThanThreshold', 10)).to.equal('OK')
    expect(stateAt('LessThanThreshold', 10)).to.equal('OK')
    expect(stateAt('LessThanOrEqualToThreshold', 10)).to.equal('ALARM')
  })
})

describe('CloudWatch on its clock', () => {
  let directory: string
  let clock: ManualClock
  let cloudwatch: CloudWatch
  let value: number
  const policies: (number | undefined)[] = []
  const messages: string[] = []
  const open = () =>
    createCloudWatch({
      dataDirectory: directory,
      clock,
      region: 'r',
      accountId: '1',
      runScalingPolicy: async (_, notice) => void policies.push(notice.value),
      publishToTopic: async (_, message) =>
        void messages.push((JSON.parse(message) as { NewStateValue: string }).NewStateValue),
    })

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'darkroom-alarms-'))
    clock = createManualClock(1_000_000)
    cloudwatch = await open()
  })
  after(async () => {
    await cloudwatch.close()
    rmSync(directory, { recursive: true })
  })

  /** Lets time pass; the store answers in real time. */
  const pass = async (minutes: number): Promise<void> => {
    for (let tick = 0; tick < minutes * 6; tick += 1) {
      await clock.advance(10_000)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }

  it('calls scaling policies every period while the alarm lasts, topics once, and forgets nothing in a restart', async () => {
    value = 20
    const source = () => [{ namespace: 'n', metricName: 'm', dimensions: { d: 'v' }, value }]
    cloudwatch.addSource(source)
    await cloudwatch.putAlarm(definition)
    cloudwatch.resume()
    await pass(4)
    expect(policies.length).to.be.within(2, 3)
    expect(new Set(policies)).to.deep.equal(new Set([20]))
    expect(messages).to.deep.equal(['ALARM'])
    value = 1
    await pass(4)
    const calls = policies.length
    await pass(2)
    expect(policies.length).to.equal(calls)
    await cloudwatch.close()
    cloudwatch = await open()
    cloudwatch.addSource(source)
    cloudwatch.resume()
    value = 30
    await pass(4)
    expect(policies.at(-1)).to.equal(30)
    expect(messages).to.deep.equal(['ALARM', 'ALARM'])
  })
})
