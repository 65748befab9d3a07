import { parseArn } from '../arns.ts'
import { operation, seconds } from '../operation.ts'
import * as member from '../wire/members.ts'
import { required, structure } from '../wire/shapes.ts'

export const describeActivity = operation({
  input: structure({ activityArn: required(member.arn) }),
  resource: ({ activityArn }) => activityArn,
  run({ activityArn }, { activities }) {
    parseArn(activityArn, ['activity'])
    const { name, createdAt, encryption } = activities.require(activityArn)
    return { activityArn, name, creationDate: seconds(createdAt), encryptionConfiguration: encryption }
  },
})
