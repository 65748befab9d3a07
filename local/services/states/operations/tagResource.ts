import type { Tag } from '../machines/machine-record.ts'
import { operation } from '../operation.ts'
import { requireTagged } from '../tags.ts'
import * as member from '../wire/members.ts'
import { required, structure } from '../wire/shapes.ts'

export const tagResource = operation({
  input: structure({ resourceArn: required(member.arn), tags: required(member.tags) }),
  resource: ({ resourceArn }) => resourceArn,
  async run({ resourceArn, tags }, context) {
    const tagged = requireTagged(resourceArn, context)
    const merged = new Map([...tagged.tags, ...(tags as Tag[])].map((tag) => [tag.key, tag]))
    if (tags.length > 0) await tagged.save([...merged.values()])
    return {}
  },
})
