import { parseArn } from '../arns.ts'
import { statesError } from '../errors.ts'
import { compact, operation } from '../operation.ts'
import * as member from '../wire/members.ts'
import { number, required, structure } from '../wire/shapes.ts'

export const updateMapRun = operation({
  input: structure({
    mapRunArn: required(member.longArn),
    maxConcurrency: number({ min: 0 }),
    toleratedFailurePercentage: number({ min: 0, max: 100 }),
    toleratedFailureCount: number({ min: 0 }),
  }),
  resource: ({ mapRunArn }) => mapRunArn,
  async run({ mapRunArn, maxConcurrency, toleratedFailurePercentage, toleratedFailureCount }, { mapRuns }) {
    parseArn(mapRunArn, ['mapRun'])
    const record = await mapRuns.require(mapRunArn)
    if (record.status !== 'RUNNING')
      throw statesError('ValidationException', `Map Run is ${record.status} and cannot be updated`)
    const limits = compact({ maxConcurrency, toleratedFailurePercentage, toleratedFailureCount })
    await mapRuns.update({ ...record, ...(limits as Partial<typeof record>) })
    return {}
  },
})
