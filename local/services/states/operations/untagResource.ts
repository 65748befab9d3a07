import { operation } from '../operation.ts'
import { requireTagged } from '../tags.ts'
import * as member from '../wire/members.ts'
import { list, required, structure } from '../wire/shapes.ts'

export const untagResource = operation({
  input: structure({ resourceArn: required(member.arn), tagKeys: required(list(member.tagKey)) }),
  resource: ({ resourceArn }) => resourceArn,
  async run({ resourceArn, tagKeys }, context) {
    const tagged = requireTagged(resourceArn, context)
    await tagged.save(tagged.tags.filter(({ key }) => !tagKeys.includes(key)))
    return {}
  },
})
