import type { ExecutionRecord } from '../executions/execution-record.ts'

/** An EventBridge entry, as PutEvents takes it. */
export interface EventEntry {
  source: string
  detailType: string
  time: number
  region: string
  account: string
  resources: string[]
  /** JSON text. */
  detail: string
}

/** What AWS lets input and output, escaped as they are in the event, take together. */
const LARGEST_PAYLOADS = 248 * 1024

function payloads(input: string, output: string | undefined): Record<string, unknown> {
  const inputSize = escapedSize(input)
  const inputIncluded = inputSize <= LARGEST_PAYLOADS
  const left = LARGEST_PAYLOADS - (inputIncluded ? inputSize : 0)
  const outputIncluded = output !== undefined && escapedSize(output) <= left
  return {
    input: inputIncluded ? input : null,
    inputDetails: { included: inputIncluded },
    output: outputIncluded ? output : null,
    outputDetails: output === undefined ? null : { included: outputIncluded },
  }
}

function escapedSize(text: string): number {
  return Buffer.byteLength(JSON.stringify(text))
}

/** The event AWS sends to the default bus whenever a Standard execution changes its status. */
export function statusChangeEvent(
  record: ExecutionRecord,
  texts: { input: string; output?: string | undefined },
): EventEntry {
  const [, , , region, account] = record.arn.split(':')
  const detail = {
    executionArn: record.arn,
    stateMachineArn: record.machineArn,
    name: record.name,
    status: record.status,
    startDate: record.startedAt,
    stopDate: record.stoppedAt ?? null,
    ...payloads(texts.input, texts.output),
    stateMachineVersionArn: record.versionArn ?? null,
    stateMachineAliasArn: record.aliasArn ?? null,
    redriveCount: record.redriveCount,
    redriveDate: record.redrivenAt ?? null,
    redriveStatus: redriveStatus(record),
    redriveStatusReason: redriveStatusReason(record) ?? null,
    error: record.error ?? null,
    cause: record.cause ?? null,
  }
  return {
    source: 'aws.states',
    detailType: 'Step Functions Execution Status Change',
    time: record.stoppedAt ?? record.redrivenAt ?? record.startedAt,
    region: region!,
    account: account!,
    resources: [record.arn],
    detail: JSON.stringify(detail),
  }
}

/** Whether RedriveExecution would take the execution. */
export function redriveStatus(record: ExecutionRecord): 'REDRIVABLE' | 'NOT_REDRIVABLE' | 'REDRIVABLE_BY_MAP_RUN' {
  if (record.status === 'RUNNING' || record.status === 'SUCCEEDED') return 'NOT_REDRIVABLE'
  return record.parent ? 'REDRIVABLE_BY_MAP_RUN' : 'REDRIVABLE'
}

/** Why it would not. */
export function redriveStatusReason(record: ExecutionRecord): string | undefined {
  return redriveStatus(record) === 'NOT_REDRIVABLE' ? `Execution is ${record.status} and cannot be redriven` : undefined
}
