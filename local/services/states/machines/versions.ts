import type { MachineRecord, MachineVersion } from './machine-record.ts'

/** Whether the newest version is the machine as it is now. */
function isPublished(record: MachineRecord): boolean {
  const newest = record.versions.at(-1)
  return newest !== undefined && newest.revisionId === record.revisionId && newest.definition === record.definition
}

/** The machine with its current revision published; unchanged when it is published already. */
export function publishVersion(record: MachineRecord, description: string | undefined, at: number): MachineRecord {
  if (isPublished(record)) return record
  const { definition, roleArn, revisionId, nextVersion } = record
  const version: MachineVersion = {
    version: nextVersion,
    definition,
    roleArn,
    createdAt: at,
    ...(revisionId === undefined ? {} : { revisionId }),
    ...(description === undefined ? {} : { description }),
  }
  return { ...record, versions: [...record.versions, version], nextVersion: nextVersion + 1 }
}
