import type { BusEvent } from './event.ts'
import type { RuleTarget } from './rule.ts'
import { selectPath } from './select-path.ts'

export interface TransformContext {
  ruleName: string
  ruleArn: string
  /** ISO 8601. */
  ingestedAt: string
}

/** The text a target gets: its constant `Input`, the part at `InputPath`, its filled `InputTemplate`, or the whole event. */
export function transformInput(target: RuleTarget, event: BusEvent, context: TransformContext): string {
  if (target.Input !== undefined) return target.Input
  if (target.InputPath !== undefined) return JSON.stringify(selectPath(event, target.InputPath) ?? null)
  if (target.InputTransformer !== undefined) return fillTemplate(target.InputTransformer, event, context)
  return JSON.stringify(event)
}

function fillTemplate(
  transformer: NonNullable<RuleTarget['InputTransformer']>,
  event: BusEvent,
  context: TransformContext,
): string {
  const { InputPathsMap = {}, InputTemplate } = transformer
  const variables: Record<string, unknown> = {
    'aws.events.rule-arn': context.ruleArn,
    'aws.events.rule-name': context.ruleName,
    'aws.events.event.ingestion-time': context.ingestedAt,
    'aws.events.event': { ...event, detail: undefined },
    'aws.events.event.json': event,
    ...Object.fromEntries(Object.entries(InputPathsMap).map(([name, path]) => [name, selectPath(event, path)])),
  }
  let isInString = false
  return InputTemplate.replace(/\\.|"|<([^<>\s"]+)>/gs, (found, name?: string) => {
    if (found === '"') isInString = !isInString
    if (name === undefined || !Object.hasOwn(variables, name)) return found
    return isInString ? asStringPart(variables[name]) : asJson(variables[name])
  })
}

/** Within quotes a text goes in as it is, escaped; anything else as its JSON, escaped too. */
function asStringPart(value: unknown): string {
  if (value === undefined) return ''
  return JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value)).slice(1, -1)
}

/** Outside quotes a value brings its own; what the event does not have is an empty text. */
function asJson(value: unknown): string {
  return value === undefined ? '""' : JSON.stringify(value)
}
