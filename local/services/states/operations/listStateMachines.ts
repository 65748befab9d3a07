import { compact, operation, seconds } from '../operation.ts'
import { pageOf } from '../pagination.ts'
import * as member from '../wire/members.ts'
import { structure } from '../wire/shapes.ts'

export const listStateMachines = operation({
  input: structure({ maxResults: member.pageSize, nextToken: member.pageToken }),
  resource: () => '*',
  run(request, { machines }) {
    const { items, nextToken } = pageOf(machines.all(), request, 'machines')
    const stateMachines = items.map(({ arn, name, type, createdAt }) => ({
      stateMachineArn: arn,
      name,
      type,
      creationDate: seconds(createdAt),
    }))
    return compact({ stateMachines, nextToken })
  },
})
