/** A JSON policy as it stands in a template once its references are resolved. */
export interface PolicyDocument {
  Version?: string
  Statement: PolicyStatement | PolicyStatement[]
}

export interface PolicyStatement {
  Sid?: string
  Effect: 'Allow' | 'Deny'
  Action?: string | string[]
  NotAction?: string | string[]
  Resource?: string | string[]
  NotResource?: string | string[]
  /** Operator → condition key → value or values. */
  Condition?: Record<string, Record<string, string | number | boolean | Array<string | number | boolean>>>
}
