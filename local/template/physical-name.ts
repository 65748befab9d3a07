import { stableId } from './stable-ids.ts'

/** How long a name of this type may be; CloudFormation cuts the middle out of longer ones. */
const LONGEST: Record<string, number> = {
  'AWS::S3::Bucket': 63,
  'AWS::Lambda::Function': 64,
  'AWS::IAM::Role': 64,
  'AWS::Events::Rule': 64,
  'AWS::StepFunctions::StateMachine': 80,
}
const LONGEST_OTHERWISE = 128

/** Types whose names take lower case letters only. */
const LOWER_CASE = new Set(['AWS::S3::Bucket'])

/**
 * The name CloudFormation would make for a resource whose template gives none: `<stack>-<LogicalId>-<12 characters>`.
 * The characters are a hash of the other two, so that the data of the last run is found again.
 */
export function physicalName(stackName: string, logicalId: string, type: string): string {
  const lower = LOWER_CASE.has(type)
  const suffix = stableId(`${stackName}/${logicalId}`, 12, lower ? 'lower' : 'mixed')
  const room = (LONGEST[type] ?? LONGEST_OTHERWISE) - suffix.length - 2
  const [stackPart, logicalPart] = shorten(stackName, logicalId, room)
  const name = `${stackPart}-${logicalPart}-${suffix}`
  return lower ? name.toLowerCase() : name
}

function shorten(stackName: string, logicalId: string, room: number): [string, string] {
  if (stackName.length + logicalId.length <= room) return [stackName, logicalId]
  const half = Math.floor(room / 2)
  const logicalPart = logicalId.slice(0, Math.max(half, room - stackName.length))
  return [stackName.slice(0, room - logicalPart.length), logicalPart]
}
