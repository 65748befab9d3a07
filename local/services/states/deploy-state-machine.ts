import { formatArn, parseArn } from './arns.ts'
import type { StatesContext } from './context.ts'
import { compileDefinition } from './machines/compiled-machines.ts'
import { requireLogging } from './machines/logging.ts'
import type { LoggingConfiguration } from './machines/machine-record.ts'
import { newMachine } from './machines/new-machine.ts'
import { updatedMachine } from './operations/updateStateMachine.ts'

/** A machine of the template, its substitutions applied. */
export interface MachineDeployment {
  name: string
  /** When given, its account and region count; otherwise the stack's. */
  arn?: string
  /** The definition as text, or as the object that becomes its text. */
  definition: string | object
  roleArn: string
  type?: 'STANDARD' | 'EXPRESS'
  loggingConfiguration?: LoggingConfiguration
  tracingConfiguration?: { enabled: boolean }
  tags?: { key: string; value: string }[]
}

/** Brings a machine to what the template says; nothing changes when it is that already. */
export async function deployStateMachine(context: StatesContext, deployment: MachineDeployment): Promise<string> {
  const definition =
    typeof deployment.definition === 'string' ? deployment.definition : JSON.stringify(deployment.definition)
  const type = deployment.type ?? 'STANDARD'
  const arn = deployment.arn ?? formatArn(context.scope, 'stateMachine', deployment.name)
  parseArn(arn, ['stateMachine'])
  compileDefinition(definition, { type, rejectResource: context.rejectResource })
  const existing = context.machines.find(arn)
  const record =
    existing?.type === type
      ? updatedMachine(existing, { ...settings(deployment), definition }, context.clock.now())
      : newMachine({ ...deployment, definition, type, arn }, context)
  if (record !== existing) await context.machines.save(record)
  return arn
}

function settings({ roleArn, loggingConfiguration, tracingConfiguration }: MachineDeployment): {
  roleArn: string
  loggingConfiguration: LoggingConfiguration
  tracingConfiguration: { enabled: boolean }
} {
  return {
    roleArn,
    loggingConfiguration: requireLogging(loggingConfiguration),
    tracingConfiguration: { enabled: tracingConfiguration?.enabled ?? false },
  }
}
