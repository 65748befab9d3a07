import type { Clock } from '../../../clock.ts'
import { type ArnScope, formatArn, requireName } from '../arns.ts'
import { requireLogging } from './logging.ts'
import type { LoggingConfiguration, MachineRecord, Tag } from './machine-record.ts'

/** What a machine is made of; what is left out gets AWS's defaults. */
export interface MachineSettings {
  name: string
  arn?: string
  definition: string
  roleArn: string
  type?: MachineRecord['type'] | undefined
  loggingConfiguration?: LoggingConfiguration | undefined
  tracingConfiguration?: { enabled?: boolean | undefined } | undefined
  encryptionConfiguration?: Record<string, unknown> | undefined
  tags?: Tag[] | undefined
}

/** A machine without versions and aliases. */
export function newMachine(
  settings: MachineSettings,
  { scope, clock }: { scope: ArnScope; clock: Clock },
): MachineRecord {
  const name = requireName(settings.name)
  const at = clock.now()
  return {
    arn: settings.arn ?? formatArn(scope, 'stateMachine', name),
    name,
    type: settings.type ?? 'STANDARD',
    definition: settings.definition,
    roleArn: settings.roleArn,
    createdAt: at,
    updatedAt: at,
    logging: requireLogging(settings.loggingConfiguration),
    tracing: { enabled: settings.tracingConfiguration?.enabled ?? false },
    encryption: settings.encryptionConfiguration ?? { type: 'AWS_OWNED_KEY' },
    tags: settings.tags ?? [],
    versions: [],
    nextVersion: 1,
    aliases: [],
  }
}
