/** The only source of time in the laptop stack: services and runners take it as an argument, tests pass a simulated one. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls `fire` once at or after `dueAt` (milliseconds since the epoch, any distance away); the returned function cancels it. */
  setTimer(dueAt: number, fire: () => void): () => void
}

/** The longest delay `setTimeout` takes; longer waits are cut into pieces. */
const LONGEST_DELAY = 2_147_483_647

/** The clock on the wall. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(dueAt, fire) {
    let handle: NodeJS.Timeout
    const arm = (): void => {
      const delay = dueAt - Date.now()
      handle = delay > LONGEST_DELAY ? setTimeout(arm, LONGEST_DELAY) : setTimeout(fire, Math.max(0, delay))
    }
    arm()
    return () => clearTimeout(handle)
  },
}
