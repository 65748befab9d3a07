/** A task of an activity that no worker has taken yet. */
export interface ActivityTask {
  token: string
  /** JSON text. */
  input: string
}

interface Poller {
  resolve(task: ActivityTask | undefined): void
}

/** Brings waiting tasks and waiting workers of each activity together, first come, first served. */
export class ActivityQueue {
  readonly #tasks = new Map<string, ActivityTask[]>()
  readonly #pollers = new Map<string, Poller[]>()

  /** Queues a task; the returned function takes it back. */
  offer(activityArn: string, task: ActivityTask): () => void {
    const poller = this.#pollers.get(activityArn)?.shift()
    if (poller) {
      poller.resolve(task)
      return () => undefined
    }
    const tasks = listOf(this.#tasks, activityArn)
    tasks.push(task)
    return () => remove(tasks, task)
  }

  /** Waits for a task; `leave` ends the waiting with nothing. */
  take(activityArn: string): { task: Promise<ActivityTask | undefined>; leave: () => void } {
    const waiting = this.#tasks.get(activityArn)?.shift()
    if (waiting) return { task: Promise.resolve(waiting), leave: () => undefined }
    const pollers = listOf(this.#pollers, activityArn)
    let poller!: Poller
    const task = new Promise<ActivityTask | undefined>((resolve) => {
      poller = { resolve }
    })
    pollers.push(poller)
    const leave = (): void => {
      remove(pollers, poller)
      poller.resolve(undefined)
    }
    return { task, leave }
  }

  /** Sends every waiting worker home. */
  close(): void {
    for (const pollers of this.#pollers.values()) for (const poller of pollers.splice(0)) poller.resolve(undefined)
  }
}

function listOf<T>(lists: Map<string, T[]>, key: string): T[] {
  const list = lists.get(key)
  if (list) return list
  const fresh: T[] = []
  lists.set(key, fresh)
  return fresh
}

function remove<T>(list: T[], item: T): void {
  const index = list.indexOf(item)
  if (index >= 0) list.splice(index, 1)
}
