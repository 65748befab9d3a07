import { parseArn } from '../arns.ts'
import { describeRevision } from '../machines/describe-revision.ts'
import { compact, operation, seconds } from '../operation.ts'
import * as member from '../wire/members.ts'
import { required, structure } from '../wire/shapes.ts'

/** The machine as it was when the execution began. */
export const describeStateMachineForExecution = operation({
  input: structure({ executionArn: required(member.arn), includedData: member.includedData }),
  resource: ({ executionArn }) => executionArn,
  async run({ executionArn }, { catalog, machines, compiled }) {
    parseArn(executionArn, ['execution'])
    const record = await catalog.require(executionArn)
    const definition = await compiled.definition(record.definitionHash)
    const { revisionId, roleArn } = record
    const revision = { definition, roleArn, ...(revisionId === undefined ? {} : { revisionId }) }
    return compact({
      stateMachineArn: record.machineArn,
      name: record.machineName,
      mapRunArn: record.parent?.mapRunArn,
      label: record.parent && record.machineName.split('/')[1],
      updateDate: seconds(record.machineUpdatedAt),
      ...describeRevision(machines.find(record.machineArn), revision),
    })
  },
})
