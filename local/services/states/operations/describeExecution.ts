import { redriveStatus, redriveStatusReason } from '../announcements/status-change-event.ts'
import { parseArn } from '../arns.ts'
import { compact, operation, seconds } from '../operation.ts'
import * as member from '../wire/members.ts'
import { required, structure } from '../wire/shapes.ts'

export const describeExecution = operation({
  input: structure({ executionArn: required(member.arn), includedData: member.includedData }),
  resource: ({ executionArn }) => executionArn,
  async run({ executionArn, includedData }, { catalog }) {
    parseArn(executionArn, ['execution'])
    const record = await catalog.require(executionArn)
    const input = await catalog.payload(record, 'input')
    const output = record.status === 'SUCCEEDED' ? await catalog.payload(record, 'output') : undefined
    const included = includedData !== 'METADATA_ONLY'
    return compact({
      executionArn,
      stateMachineArn: record.machineArn,
      stateMachineVersionArn: record.versionArn,
      stateMachineAliasArn: record.aliasArn,
      mapRunArn: record.parent?.mapRunArn,
      name: record.name,
      status: record.status,
      startDate: seconds(record.startedAt),
      stopDate: record.stoppedAt === undefined ? undefined : seconds(record.stoppedAt),
      input: included ? input : undefined,
      inputDetails: { included },
      output: included ? output : undefined,
      outputDetails: output === undefined ? undefined : { included },
      traceHeader: record.traceHeader,
      error: included ? record.error : undefined,
      cause: included ? record.cause : undefined,
      redriveCount: record.redriveCount,
      redriveDate: record.redrivenAt === undefined ? undefined : seconds(record.redrivenAt),
      redriveStatus: redriveStatus(record),
      redriveStatusReason: redriveStatusReason(record),
    })
  },
})
