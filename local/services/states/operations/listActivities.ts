import { compact, operation, seconds } from '../operation.ts'
import { pageOf } from '../pagination.ts'
import * as member from '../wire/members.ts'
import { structure } from '../wire/shapes.ts'

export const listActivities = operation({
  input: structure({ maxResults: member.pageSize, nextToken: member.pageToken }),
  resource: () => '*',
  run(request, context) {
    const { items, nextToken } = pageOf(context.activities.all(), request, 'activities')
    const activities = items.map(({ arn, name, createdAt }) => ({
      activityArn: arn,
      name,
      creationDate: seconds(createdAt),
    }))
    return compact({ activities, nextToken })
  },
})
