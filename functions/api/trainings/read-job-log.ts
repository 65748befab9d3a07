import { DescribeLogStreamsCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { logs } from '../../shared/aws/logs.ts'
import { log } from '../../shared/log.ts'
import type { JobLog } from './training-views.ts'

/** Where SageMaker writes what training programs say; one stream for each machine, `<job>/algo-1-<number>`. */
const LOG_GROUP = '/aws/sagemaker/TrainingJobs'
const LINES = 50
const LONGEST_LINE = 1000
const PROGRESS = /progress step=(\d+) of=(\d+) loss=([0-9.eE+-]+)/

/** The last lines of a job's log and the progress they tell. A log that cannot be read is shown as an empty one. */
export async function readJobLog(jobName: string | undefined): Promise<JobLog> {
  if (jobName === undefined) return { lines: [] }
  try {
    const lines = await lastLines(jobName)
    return { lines, ...progressOf(lines) }
  } catch (error) {
    if ((error as Error).name !== 'ResourceNotFoundException') log.error('A log could not be read', { jobName, error })
    return { lines: [] }
  }
}

async function lastLines(jobName: string): Promise<string[]> {
  const streams = new DescribeLogStreamsCommand({ logGroupName: LOG_GROUP, logStreamNamePrefix: `${jobName}/` })
  const { logStreams = [] } = await logs.send(streams)
  // A job that went on after an interruption has a stream for each start.
  const newest = [...logStreams].sort((a, b) => (b.creationTime ?? 0) - (a.creationTime ?? 0))[0]
  if (!newest?.logStreamName) return []
  const read = new GetLogEventsCommand({
    logGroupName: LOG_GROUP,
    logStreamName: newest.logStreamName,
    limit: LINES,
    startFromHead: false,
  })
  const { events = [] } = await logs.send(read)
  return events.map(({ message = '' }) => message.trimEnd().slice(0, LONGEST_LINE))
}

function progressOf(lines: readonly string[]): Omit<JobLog, 'lines'> {
  const last = lines.findLast((line) => PROGRESS.test(line))
  const [, step, steps, loss] = PROGRESS.exec(last ?? '') ?? []
  if (step === undefined) return {}
  const number = Number(loss)
  return { step: Number(step), steps: Number(steps), ...(Number.isFinite(number) ? { loss: number } : {}) }
}
