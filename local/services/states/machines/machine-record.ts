import type { MachineType } from '../../../interpreter/contract.ts'

/** Log settings as the API carries them. */
export interface LoggingConfiguration {
  level?: 'ALL' | 'ERROR' | 'FATAL' | 'OFF' | undefined
  includeExecutionData?: boolean | undefined
  destinations?: { cloudWatchLogsLogGroup?: { logGroupArn?: string | undefined } | undefined }[] | undefined
}

/** The parts of a machine that a revision freezes. */
export interface MachineRevision {
  /** Absent until the first update, as on AWS. */
  revisionId?: string
  definition: string
  roleArn: string
}

/** A published version: a revision under a number. */
export interface MachineVersion extends MachineRevision {
  version: number
  description?: string
  /** Milliseconds since the epoch. */
  createdAt: number
}

/** A name that routes executions to one or two versions. */
export interface MachineAlias {
  name: string
  description?: string
  routes: { versionArn: string; weight: number }[]
  createdAt: number
  updatedAt: number
}

/** A label for cost or ownership. */
export interface Tag {
  key: string
  value: string
}

/** Everything known of a state machine. Times are milliseconds since the epoch. */
export interface MachineRecord extends MachineRevision {
  arn: string
  name: string
  type: MachineType
  createdAt: number
  updatedAt: number
  logging: LoggingConfiguration
  tracing: { enabled: boolean }
  encryption: Record<string, unknown>
  tags: Tag[]
  versions: MachineVersion[]
  /** Version numbers are never used twice, even after a deletion. */
  nextVersion: number
  aliases: MachineAlias[]
}
