import { formatArn, isVersion, type MachineReference, parseArn, parseMachineReference, requireName } from '../arns.ts'
import type { StatesContext } from '../context.ts'
import { statesError } from '../errors.ts'
import { drawPercentage, newIdentifier } from '../identifiers.ts'
import { definitionHash } from '../machines/compiled-machines.ts'
import type { MachineRecord, MachineRevision } from '../machines/machine-record.ts'
import type { Durability } from './active-execution.ts'
import type { Beginning } from './beginning.ts'
import type { ExecutionRecord } from './execution-record.ts'
import { jsonProblem } from './json-text.ts'

/** A machine as an execution uses it: which revision, and under which names. */
export interface StartTarget {
  machine: MachineRecord
  revision: MachineRevision
  versionArn?: string
  aliasArn?: string
}

/** Finds what a machine, version or alias ARN stands for; an alias with two routes draws one by weight. */
export function startTarget(context: StatesContext, arn: string): StartTarget {
  const reference = parseMachineReference(arn)
  const machine = context.machines.require(reference.machineArn, arn)
  const { qualifier } = reference
  if (qualifier === undefined) return { machine, revision: machine }
  if (isVersion(qualifier)) return { machine, revision: requireVersion(machine, arn, qualifier), versionArn: arn }
  return aliasTarget(machine, reference, arn)
}

function aliasTarget(machine: MachineRecord, { qualifier }: MachineReference, arn: string): StartTarget {
  const alias = machine.aliases.find((one) => one.name === qualifier)
  if (!alias) throw statesError('StateMachineDoesNotExist', arn)
  const [first, second] = alias.routes
  const route = second && drawPercentage() >= first!.weight ? second : first!
  const number = route.versionArn.split(':').at(-1)!
  const revision = requireVersion(machine, route.versionArn, number)
  return { machine, revision, versionArn: route.versionArn, aliasArn: arn }
}

function requireVersion(machine: MachineRecord, arn: string, number: string): MachineRevision {
  const version = machine.versions.find((one) => one.version === Number(number))
  if (!version) throw statesError('StateMachineDoesNotExist', arn)
  return version
}

/** What to start. */
export interface StartRequest {
  stateMachineArn: string
  name?: string | undefined
  /** JSON text. */
  input?: string | undefined
  traceHeader?: string | undefined
}

/** The answer of StartExecution. Times are milliseconds since the epoch. */
export interface Started {
  executionArn: string
  startedAt: number
}

/** Refuses an input that is no JSON. */
export function requireInput(input: string | undefined): string {
  if (input === '') throw statesError('InvalidExecutionInput', 'Invalid execution input.')
  const problem = input === undefined ? undefined : jsonProblem(input)
  if (problem) throw statesError('InvalidExecutionInput', problem)
  return input ?? '{}'
}

/**
 * Starts an execution, and only once: a repeat with the same name and input is answered like the first call while that
 * execution runs, and refused otherwise.
 */
export async function startMachine(context: StatesContext, request: StartRequest): Promise<Started> {
  const target = startTarget(context, request.stateMachineArn)
  const input = requireInput(request.input)
  const name = requireName(request.name ?? newIdentifier())
  const beginning = createBeginning(context, target, { name, input, traceHeader: request.traceHeader })
  if (target.machine.type === 'STANDARD' && request.name !== undefined) return await startOnce(context, beginning)
  await context.engine.begin(beginning)
  return { executionArn: beginning.record.arn, startedAt: beginning.record.startedAt }
}

/** Starts of the same name wait for each other, so that only the first one begins anything. */
async function startOnce(context: StatesContext, beginning: Beginning): Promise<Started> {
  const { arn } = beginning.record
  while (context.starting.has(arn)) await context.starting.get(arn)
  const attempt = startUnlessKnown(context, beginning)
  context.starting.set(
    arn,
    attempt.catch(() => undefined),
  )
  return await attempt.finally(() => context.starting.delete(arn))
}

async function startUnlessKnown(context: StatesContext, beginning: Beginning): Promise<Started> {
  const { record, start } = beginning
  const active = context.engine.find(record.arn)
  if (active) return repeated(active.record, active.input === start.input)
  const known = await context.catalog.find(record.arn)
  if (known) return repeated(known, (await context.catalog.payload(known, 'input')) === start.input)
  await context.engine.begin(beginning)
  return { executionArn: record.arn, startedAt: record.startedAt }
}

function repeated(record: ExecutionRecord, sameInput: boolean): Started {
  if (record.status !== 'RUNNING' || !sameInput) throw statesError('ExecutionAlreadyExists', record.arn)
  return { executionArn: record.arn, startedAt: record.startedAt }
}

/** Puts together what an execution of `target` begins with. */
export function createBeginning(
  context: StatesContext,
  target: StartTarget,
  request: { name: string; input: string; traceHeader?: string | undefined; durability?: Durability },
): Beginning {
  const { machine, revision } = target
  const at = context.clock.now()
  const hash = definitionHash(revision.definition)
  const arn = executionArn(machine, request.name)
  const record: ExecutionRecord = {
    id: context.ids.next(),
    arn,
    name: request.name,
    machineArn: machine.arn,
    machineName: machine.name,
    ...(target.versionArn === undefined ? {} : { versionArn: target.versionArn }),
    ...(target.aliasArn === undefined ? {} : { aliasArn: target.aliasArn }),
    type: machine.type,
    roleArn: revision.roleArn,
    definitionHash: hash,
    ...(revision.revisionId === undefined ? {} : { revisionId: revision.revisionId }),
    machineUpdatedAt: machine.updatedAt,
    status: 'RUNNING',
    startedAt: at,
    ...(request.traceHeader === undefined ? {} : { traceHeader: request.traceHeader }),
    redriveCount: 0,
  }
  return {
    record,
    machine: context.compiled.compile(revision.definition, machine.type, hash),
    durability: request.durability ?? (machine.type === 'EXPRESS' ? 'untilEnd' : 'kept'),
    changes: request.durability === 'none' ? [] : context.compiled.changesFor(hash, revision.definition),
    start: {
      at,
      seed: newIdentifier(),
      input: request.input,
      executionArn: arn,
      executionName: request.name,
      roleArn: revision.roleArn,
      stateMachineArn: machine.arn,
      stateMachineName: machine.name,
      type: machine.type,
      region: context.scope.region,
    },
  }
}

function executionArn(machine: MachineRecord, name: string): string {
  const scope = parseArn(machine.arn, ['stateMachine'])
  if (machine.type === 'STANDARD') return formatArn(scope, 'execution', machine.name, name)
  return formatArn(scope, 'express', machine.name, name, newIdentifier())
}
