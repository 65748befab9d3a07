import { parseArn } from './arns.ts'
import type { StatesContext } from './context.ts'
import { statesError } from './errors.ts'
import type { Tag } from './machines/machine-record.ts'

/** What carries tags: a machine or an activity. */
export interface Tagged {
  tags: Tag[]
  save(tags: Tag[]): Promise<void>
}

/** Finds what `arn` names; throws AWS's `ResourceNotFound`. */
export function requireTagged(arn: string, { machines, activities }: StatesContext): Tagged {
  const { type } = parseArn(arn, ['stateMachine', 'activity'])
  const machine = type === 'stateMachine' ? machines.find(arn) : undefined
  if (machine) return { tags: machine.tags, save: (tags) => machines.save({ ...machine, tags }) }
  const activity = type === 'activity' ? activities.find(arn) : undefined
  if (activity) return { tags: activity.tags, save: (tags) => activities.save({ ...activity, tags }) }
  throw statesError('ResourceNotFound', `Resource not found: '${arn}'`)
}
