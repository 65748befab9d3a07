import { mkdir } from 'node:fs/promises'
import type { Clock } from '../../clock.ts'
import { createJsonService } from '../../http/json-service.ts'
import type { AwsService } from '../../http/service.ts'
import { RecordCollection } from '../record-collection.ts'
import { LevelStore } from '../states/store/level-store.ts'
import type { AlarmDefinition, AlarmRecord } from './alarm.ts'
import { AlarmClock, type AlarmNotice } from './alarm-clock.ts'
import { createMetricStore, type MetricSample } from './metric-store.ts'
import { createOperations } from './operations.ts'

export interface CloudWatchOptions {
  dataDirectory: string
  clock: Clock
  region: string
  accountId: string
  /** Milliseconds that count as one second of periods; 1000 when missing. */
  second?: number
  /** An alarm's action that is a scaling policy. */
  runScalingPolicy(policyArn: string, notice: AlarmNotice): Promise<void>
  publishToTopic(topicArn: string, message: string): Promise<unknown>
  /** Hears of an action that failed. */
  onFailedAction?(problem: string): void
}

/** CloudWatch: metrics in memory, alarms on disk. */
export interface CloudWatch extends AwsService {
  putAlarm(definition: AlarmDefinition): Promise<void>
  deleteAlarms(names: string[]): Promise<void>
  alarmArn(name: string): string
  /** Asked for its values at every look. */
  addSource(source: () => MetricSample[]): void
  /** Begins to evaluate alarms. */
  resume(): void
  /** Evaluates what is due now. */
  tick(): Promise<void>
  close(): Promise<void>
}

/** CloudWatch as far as scaling needs it. */
export async function createCloudWatch(options: CloudWatchOptions): Promise<CloudWatch> {
  const { clock, region, accountId, dataDirectory, second = 1_000, onFailedAction = () => undefined } = options
  await mkdir(dataDirectory, { recursive: true })
  const store = await LevelStore.open(dataDirectory)
  const alarms = new RecordCollection<AlarmRecord>(store, 'alarm\0')
  await alarms.load()
  const metrics = createMetricStore()
  const sources: (() => MetricSample[])[] = []
  const alarmClock = new AlarmClock({
    clock,
    metrics,
    alarms,
    second,
    sources,
    act: (notice) => act(notice, options),
    onFailedAction: ({ alarm, action }, error) =>
      onFailedAction(`Alarm ${alarm.AlarmName} could not run ${action}: ${String(error)}`),
  })
  const alarmArn = (name: string): string => `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}`
  const putAlarm = async (definition: AlarmDefinition): Promise<void> => {
    const { AlarmName } = definition
    const now = clock.now()
    const fresh = {
      state: 'INSUFFICIENT_DATA' as const,
      reason: 'Unchecked: Initial alarm creation',
      stateChangedAt: now,
    }
    const { state, reason, stateChangedAt } = alarms.find(AlarmName) ?? fresh
    const record = { ...definition, arn: alarmArn(AlarmName), state, reason, stateChangedAt, configuredAt: now }
    await alarms.save(AlarmName, record)
  }
  return {
    ...createJsonService({
      version: '1.0',
      operations: createOperations({ clock, alarms, metrics, putAlarm, alarmArn }),
    }),
    putAlarm,
    alarmArn,
    async deleteAlarms(names) {
      for (const name of names) await alarms.remove(name)
    },
    addSource: (source) => void sources.push(source),
    resume: () => alarmClock.start(),
    tick: () => alarmClock.tick(),
    async close() {
      alarmClock.close()
      await store.close()
    },
  }
}

async function act(
  notice: AlarmNotice,
  { runScalingPolicy, publishToTopic, region, accountId }: CloudWatchOptions,
): Promise<void> {
  const { alarm, action } = notice
  if (action.includes(':autoscaling:')) return runScalingPolicy(action, notice)
  if (!action.includes(':sns:')) throw new Error('the laptop stack has scaling policies and topics as actions')
  const message = {
    AlarmName: alarm.AlarmName,
    AlarmDescription: alarm.AlarmDescription ?? null,
    AWSAccountId: accountId,
    NewStateValue: alarm.state,
    NewStateReason: alarm.reason,
    StateChangeTime: new Date(alarm.stateChangedAt).toISOString(),
    Region: region,
    AlarmArn: alarm.arn,
    Trigger: { MetricName: alarm.MetricName, Namespace: alarm.Namespace, Threshold: alarm.Threshold },
  }
  await publishToTopic(action, JSON.stringify(message))
}
