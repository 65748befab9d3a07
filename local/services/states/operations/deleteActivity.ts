import { parseArn } from '../arns.ts'
import { operation } from '../operation.ts'
import * as member from '../wire/members.ts'
import { required, structure } from '../wire/shapes.ts'

export const deleteActivity = operation({
  input: structure({ activityArn: required(member.arn) }),
  resource: ({ activityArn }) => activityArn,
  async run({ activityArn }, { activities }) {
    parseArn(activityArn, ['activity'])
    await activities.remove(activityArn)
    return {}
  },
})
