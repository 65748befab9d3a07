import type { Clock } from '../../../clock.ts'
import { type ContainerReply, ContainerTimeoutError, callContainer } from './call-container.ts'
import type { ContainerProcess } from './container-process.ts'
import { pingFailure } from './hosting-failure.ts'

/** How hosting spends its time. */
export interface HostingTimes {
  /** Milliseconds between two pings of a container that is not healthy yet. */
  pingInterval: number
  /** Milliseconds a ping may take. */
  pingTimeout: number
  /** Milliseconds that count as one second of a start-up time-out. */
  startupSecond: number
  /** Milliseconds before the first restart; it doubles with every further one. */
  firstRestartDelay: number
  longestRestartDelay: number
  /** Milliseconds an instance that has to go may finish what it does. */
  drain: number
}

export const HOSTING_TIMES: HostingTimes = {
  pingInterval: 200,
  pingTimeout: 2_000,
  startupSecond: 1_000,
  firstRestartDelay: 500,
  longestRestartDelay: 30_000,
  drain: 60_000,
}

export interface InstanceOptions {
  id: string
  variantName: string
  /** Starts the program anew on a free port. */
  start(): Promise<{ process: ContainerProcess; port: number }>
  /** Seconds until it must be healthy. */
  startupTimeout: number
  clock: Clock
  times: HostingTimes
  /** It has become able to serve. */
  onReady(): void
  onNotice(line: string): void
}

/** A program that ends this often before it was ever healthy is given up; one retry covers a port that somebody took. */
const START_ATTEMPTS = 2

/** One instance of a variant: a container program that is pinged, restarted and stopped. */
export class Instance {
  readonly id: string
  readonly variantName: string
  /** Invocations under way. */
  inFlight = 0
  readonly #options: InstanceOptions
  readonly #stopping = new AbortController()
  #running: { process: ContainerProcess; port: number } | undefined
  #port: number | undefined
  /** Restarts since it last stayed in service. */
  #restarts = 0

  constructor(options: InstanceOptions) {
    this.#options = options
    this.id = options.id
    this.variantName = options.variantName
  }

  /** Where it serves; undefined while it cannot. */
  get port(): number | undefined {
    return this.#stopping.signal.aborted ? undefined : this.#port
  }

  /** Resolves when it is healthy for the first time, rejects with `HostingFailure`; afterwards it restarts by itself. */
  async bringUp(): Promise<void> {
    const { clock, startupTimeout, times, variantName } = this.#options
    const deadline = clock.now() + startupTimeout * times.startupSecond
    for (let attempt = 1; attempt <= START_ATTEMPTS; attempt += 1) {
      if (await this.#startOnce(deadline)) return
      if (this.#stopping.signal.aborted) return
    }
    throw pingFailure(variantName)
  }

  /** One invocation; rejects with `ContainerTimeoutError` or with what the socket says. */
  async invoke(call: { headers: Record<string, string>; body: Buffer; timeout: number }): Promise<ContainerReply> {
    const port = this.port
    if (port === undefined) throw Object.assign(new Error('The container has ended'), { code: 'ECONNREFUSED' })
    try {
      return await callContainer({ ...call, port, method: 'POST', path: '/invocations' })
    } catch (error) {
      // Its end may not have been noticed yet.
      if (!(error instanceof ContainerTimeoutError)) void this.#doubt(port)
      throw error
    }
  }

  /** No further invocations; resolves when the program has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running?.process.stop()
  }

  /** Whether the program answered a ping before it ended and before the deadline. */
  async #startOnce(deadline: number): Promise<boolean> {
    const running = await this.#options.start()
    this.#running = running
    if (this.#stopping.signal.aborted) await running.process.stop()
    while (running.process.isRunning && this.#options.clock.now() < deadline) {
      if (await this.#isHealthy(running.port)) {
        this.#enterService(running)
        return true
      }
      await Promise.race([this.#pause(this.#options.times.pingInterval), running.process.ended])
    }
    await running.process.stop()
    return false
  }

  #enterService({ process, port }: { process: ContainerProcess; port: number }): void {
    this.#port = port
    const { clock, times } = this.#options
    const since = clock.now()
    void process.ended.then((how) => {
      this.#port = undefined
      if (this.#stopping.signal.aborted) return
      if (clock.now() - since > times.longestRestartDelay) this.#restarts = 0
      this.#options.onNotice(`The container ended (${how}) and is started again.`)
      void this.#restart()
    })
    this.#options.onReady()
  }

  /** Takes it out of service until it answers a ping, or ends and is started again. */
  async #doubt(port: number): Promise<void> {
    const running = this.#running
    if (this.#port !== port || running === undefined) return
    this.#port = undefined
    while (running.process.isRunning && !this.#stopping.signal.aborted) {
      await this.#pause(this.#options.times.pingInterval)
      if (!(await this.#isHealthy(port)) || !running.process.isRunning) continue
      this.#port = port
      this.#options.onReady()
      return
    }
  }

  async #restart(): Promise<void> {
    const { clock, startupTimeout, times } = this.#options
    while (!this.#stopping.signal.aborted) {
      await this.#pause(Math.min(times.longestRestartDelay, times.firstRestartDelay * 2 ** this.#restarts))
      this.#restarts += 1
      if (this.#stopping.signal.aborted) return
      const deadline = clock.now() + startupTimeout * times.startupSecond
      if (await this.#startOnce(deadline).catch(() => false)) return
    }
  }

  async #isHealthy(port: number): Promise<boolean> {
    try {
      const { status } = await callContainer({
        port,
        method: 'GET',
        path: '/ping',
        timeout: this.#options.times.pingTimeout,
      })
      return status === 200
    } catch {
      return false
    }
  }

  #pause(milliseconds: number): Promise<void> {
    const { clock } = this.#options
    const { signal } = this.#stopping
    return new Promise((resolve) => {
      if (signal.aborted) return resolve()
      const cancel = clock.setTimer(clock.now() + milliseconds, () => {
        signal.removeEventListener('abort', stop)
        resolve()
      })
      const stop = (): void => {
        cancel()
        resolve()
      }
      signal.addEventListener('abort', stop, { once: true })
    })
  }
}
