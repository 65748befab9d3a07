import type { ActiveExecution } from './active-execution.ts'
import type { EffectRunner } from './effect-runner.ts'
import type { Outstanding } from './outstanding.ts'
import { runItemRead, runResultWrite } from './run-items.ts'
import { abandonJob, runTask } from './run-task.ts'
import { answer, type World } from './world.ts'

type Runners = {
  [K in Outstanding['kind']]: (active: ActiveExecution, awaited: Extract<Outstanding, { kind: K }>) => void
}

/** Carries out what executions ask for, each kind of effect in its own way. */
export function createEffects(world: World): EffectRunner {
  const runners: Runners = {
    task: (active, awaited) => runTask(world, active, awaited),
    timer: (active, awaited) => {
      const { dueAt, timerId } = awaited.effect
      awaited.cancel = world.clock.setTimer(dueAt, () => answer(world, active, { kind: 'timerFired', timerId }))
    },
    read: (active, awaited) => runItemRead(world, active, awaited.effect),
    write: (active, awaited) => runResultWrite(world, active, awaited.effect),
    child: (active, awaited) => void world.children.start(active, awaited.effect),
  }

  return {
    run(active, awaited) {
      runners[awaited.kind](active, awaited as never)
    },
    settle(awaited) {
      spendToken(world, awaited)
    },
    takeBack(active, awaited) {
      spendToken(world, awaited)
      if (awaited.kind === 'task') abandonJob(world, active, awaited)
      if (awaited.kind === 'child') world.children.stop(active, awaited.effect)
    },
    account: (active, result, input) => world.mapRuns.account(active, result, input),
  }
}

function spendToken(world: World, awaited: Outstanding): void {
  const token = awaited.kind === 'task' ? awaited.effect.taskToken : undefined
  if (token !== undefined) world.tokens.spend(token)
}
