import { childMachine } from '../../../interpreter/compile.ts'
import type { Outcome, StartChild } from '../../../interpreter/contract.ts'
import { formatArn, parseArn } from '../arns.ts'
import { newIdentifier } from '../identifiers.ts'
import type { ActiveExecution } from './active-execution.ts'
import type { Beginning } from './beginning.ts'
import type { ExecutionCatalog } from './execution-catalog.ts'
import type { ExecutionEngine } from './execution-engine.ts'
import type { ExecutionIds } from './execution-ids.ts'
import { type ExecutionRecord, isFinished, type ParentLink } from './execution-record.ts'
import { childKey } from './outstanding.ts'

/** Starts, stops and awaits the child executions of distributed Map states. */
export class ChildExecutions {
  readonly #engine: ExecutionEngine
  readonly #catalog: ExecutionCatalog
  readonly #ids: ExecutionIds

  constructor(engine: ExecutionEngine, catalog: ExecutionCatalog, ids: ExecutionIds) {
    this.#engine = engine
    this.#catalog = catalog
    this.#ids = ids
  }

  /** Starts a child, or finds the one that was started before a restart, and reports its end to the parent. */
  async start(parent: ActiveExecution, effect: StartChild): Promise<void> {
    const arn = childArn(parent, effect)
    const known = this.#engine.find(arn)?.record ?? (await this.#catalog.find(arn))
    if (known && isFinished(known)) return this.#report(parent, effect, await this.#outcome(known))
    // The parent may have been stopped while the store was read.
    if (parent.outstanding.get(childKey(effect.childId)) === undefined) return
    const ended = this.#engine.whenEnded(arn)
    if (!known) await this.#engine.begin(this.#beginning(parent, effect, arn))
    this.#report(parent, effect, await ended)
  }

  stop(parent: ActiveExecution, effect: StartChild): void {
    void this.#engine.deliver(childArn(parent, effect), { kind: 'stop' })
  }

  #report(parent: ActiveExecution, effect: StartChild, outcome: Outcome): void {
    const executionArn = childArn(parent, effect)
    void this.#engine.deliver(parent.record.arn, { kind: 'childEnded', childId: effect.childId, outcome, executionArn })
  }

  async #outcome(record: ExecutionRecord): Promise<Outcome> {
    if (record.status === 'SUCCEEDED')
      return { status: 'SUCCEEDED', output: (await this.#catalog.payload(record, 'output')) ?? 'null' }
    const { error, cause } = record
    const status = record.status === 'RUNNING' ? 'ABORTED' : record.status
    return { status, ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) }
  }

  #beginning(parent: ActiveExecution, effect: StartChild, arn: string): Beginning {
    const at = parent.lastInputAt
    const machineName = machineNameOf(effect)
    const machineArn = `${parent.record.machineArn}/${machineName.split('/')[1]}`
    const link: ParentLink = {
      executionArn: parent.record.arn,
      childId: effect.childId,
      mapRunArn: effect.mapRunArn,
      stateName: effect.stateName,
    }
    const record: ExecutionRecord = {
      id: this.#ids.next(),
      arn,
      name: effect.name,
      machineArn,
      machineName,
      type: effect.executionType,
      roleArn: parent.record.roleArn,
      definitionHash: parent.record.definitionHash,
      machineUpdatedAt: parent.record.machineUpdatedAt,
      status: 'RUNNING',
      startedAt: at,
      redriveCount: 0,
      parent: link,
    }
    return {
      record,
      machine: childMachine(parent.machine, effect.stateName),
      durability: effect.executionType === 'STANDARD' && parent.durability === 'kept' ? 'kept' : 'none',
      start: {
        at,
        seed: newIdentifier(),
        input: effect.input,
        executionArn: arn,
        executionName: effect.name,
        roleArn: record.roleArn,
        stateMachineArn: machineArn,
        stateMachineName: machineName,
        type: effect.executionType,
        region: parseArn(parent.record.arn, ['execution', 'express']).region,
        child: effect.start,
      },
    }
  }
}

/** `machine/label`, out of the Map Run's ARN. */
function machineNameOf(effect: StartChild): string {
  return parseArn(effect.mapRunArn, ['mapRun']).path[0]!
}

function childArn(parent: ActiveExecution, effect: StartChild): string {
  const scope = parseArn(parent.record.arn, ['execution', 'express'])
  const type = effect.executionType === 'STANDARD' ? 'execution' : 'express'
  return formatArn(scope, type, machineNameOf(effect), effect.name)
}
