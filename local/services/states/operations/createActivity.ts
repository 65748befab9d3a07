import type { ActivityRecord } from '../activities/activity-registry.ts'
import { formatArn, requireName } from '../arns.ts'
import { operation, seconds } from '../operation.ts'
import * as member from '../wire/members.ts'
import { required, structure } from '../wire/shapes.ts'

/** Idempotent by name. */
export const createActivity = operation({
  input: structure({
    name: required(member.name),
    tags: member.tags,
    encryptionConfiguration: member.encryptionConfiguration,
  }),
  resource: ({ name }, { scope }) => formatArn(scope, 'activity', name),
  async run({ name, tags, encryptionConfiguration }, { scope, activities, clock }) {
    const activityArn = formatArn(scope, 'activity', requireName(name))
    const existing = activities.find(activityArn)
    if (existing) return { activityArn, creationDate: seconds(existing.createdAt) }
    const record: ActivityRecord = {
      arn: activityArn,
      name,
      createdAt: clock.now(),
      encryption: encryptionConfiguration ?? { type: 'AWS_OWNED_KEY' },
      tags: (tags ?? []) as ActivityRecord['tags'],
    }
    await activities.save(record)
    return { activityArn, creationDate: seconds(record.createdAt) }
  },
})
