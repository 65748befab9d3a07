import type { EventPattern } from './pattern/event-pattern.ts'

/** A target of `AWS::Events::Rule`, references resolved. */
export interface RuleTarget {
  Id: string
  Arn: string
  RoleArn?: string
  Input?: string
  InputPath?: string
  InputTransformer?: { InputPathsMap?: Record<string, string>; InputTemplate: string }
  RetryPolicy?: { MaximumRetryAttempts?: number | string; MaximumEventAgeInSeconds?: number | string }
}

/** `AWS::Events::Rule`, references resolved. */
export interface RuleProperties {
  Name: string
  /** Name or ARN; `default` when missing. */
  EventBusName?: string
  Description?: string
  EventPattern?: object | string
  ScheduleExpression?: string
  State?: 'ENABLED' | 'DISABLED' | 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'
  RoleArn?: string
  Targets?: RuleTarget[]
}

/** A deployed rule. */
export interface Rule {
  name: string
  arn: string
  bus: string
  description: string | undefined
  roleArn: string | undefined
  pattern: EventPattern | undefined
  scheduleExpression: string | undefined
  isEnabled: boolean
  targets: RuleTarget[]
}
