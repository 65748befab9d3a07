import { operation } from '../operation.ts'
import { requireTagged } from '../tags.ts'
import * as member from '../wire/members.ts'
import { required, structure } from '../wire/shapes.ts'

export const listTagsForResource = operation({
  input: structure({ resourceArn: required(member.arn) }),
  resource: ({ resourceArn }) => resourceArn,
  run: ({ resourceArn }, context) => ({ tags: requireTagged(resourceArn, context).tags }),
})
