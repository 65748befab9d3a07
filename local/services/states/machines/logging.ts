import { statesError } from '../errors.ts'
import type { LoggingConfiguration } from './machine-record.ts'

/** Completes log settings with AWS's defaults; logging without exactly one place to log to is refused. */
export function requireLogging(given: LoggingConfiguration | undefined): LoggingConfiguration {
  const level = given?.level ?? 'OFF'
  const destinations = given?.destinations
  if (level !== 'OFF' && destinations?.length !== 1)
    throw statesError('InvalidLoggingConfiguration', 'Must specify exactly one Log Destination.')
  return {
    level,
    includeExecutionData: given?.includeExecutionData ?? false,
    ...(destinations === undefined ? {} : { destinations }),
  }
}
