import { SeededRandom } from '../seeded-random.ts'
import type { ProcessPlan } from './client-process-protocol.ts'
import { ClientProcess } from './client-process.ts'
import type { HistoryBuilder } from './history-builder.ts'

/** Clients in several processes on one store. */
export interface ProcessesRun {
  readonly driverModule: URL
  readonly location: string
  readonly processes: number
  readonly clientsPerProcess: number
  /** How often one of the processes is killed and another started for it. */
  readonly kills: number
  readonly operations: number
  readonly keys: number
  readonly seed: number
}

/** Runs the clients until enough operations have ended, then reads all keys from a fresh process. */
export async function runInProcesses(
  run: ProcessesRun,
  history: HistoryBuilder,
  signal: AbortSignal,
): Promise<void> {
  await using crew = new Crew(run, history, signal)
  await crew.start(run.processes)
  const random = new SeededRandom(run.seed, -1)
  const stretch = run.operations / (run.kills + 1)
  for (let kill = 0; kill < run.kills; kill++) {
    await crew.until(history.reached(history.ended + random.below(2 * stretch)))
    await crew.replaceOne(random)
  }
  await crew.until(history.reached(run.operations))
  await crew.stop()
  await crew.readAll()
}

/** The processes of a run. At its end, none is left. */
class Crew implements AsyncDisposable {
  readonly #run: ProcessesRun
  readonly #history: HistoryBuilder
  readonly #alive = new Set<ClientProcess>()
  readonly #aborted: Promise<never>
  #clients = 0

  constructor(run: ProcessesRun, history: HistoryBuilder, signal: AbortSignal) {
    this.#run = run
    this.#history = history
    this.#aborted = rejectOnAbort(signal)
  }

  /** Has so many more processes begin at one moment. */
  async start(count: number): Promise<void> {
    const members = Array.from({ length: count }, () => this.#spawnUsers())
    await this.until(Promise.all(members.map(({ ready }) => ready)))
    for (const member of members) member.begin()
  }

  /** Kills a process amid its work, and has another begin in its place. */
  async replaceOne(random: SeededRandom): Promise<void> {
    const victim = [...this.#alive][random.below(this.#alive.size)]
    if (victim !== undefined) {
      this.#alive.delete(victim)
      await victim.kill()
    }
    await this.start(1)
  }

  /** Lets all processes finish. */
  async stop(): Promise<void> {
    const stopping = [...this.#alive].map((member) => member.stop())
    await this.until(Promise.all(stopping))
    this.#alive.clear()
  }

  /** Has a new process read all keys. */
  async readAll(): Promise<void> {
    const keys = new Set(this.#history.operations().map(({ key }) => key))
    const reader = this.#spawn({ kind: 'read', client: this.#clients, keys: [...keys] })
    await this.until(reader.ready)
    reader.begin()
    await this.stop()
  }

  /** Waits for something as long as all goes well with every process. */
  async until<Result>(something: Promise<Result>): Promise<Result> {
    const troubles = [...this.#alive].map(async ({ ended }) => {
      await ended
      return await something
    })
    return await Promise.race([something, this.#aborted, ...troubles])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#alive].map((member) => member.kill()))
  }

  #spawnUsers(): ClientProcess {
    const { seed, keys, processes, clientsPerProcess: clients } = this.#run
    const firstClient = this.#clients
    this.#clients += clients
    const firstStep = Math.floor(this.#history.ended / (processes * clients))
    return this.#spawn({ kind: 'use', seed, keys, clients, firstClient, firstStep })
  }

  #spawn(task: ProcessPlan['task']): ClientProcess {
    const { driverModule, location } = this.#run
    const member = new ClientProcess(
      { driverModule: driverModule.href, location, task },
      this.#history,
    )
    this.#alive.add(member)
    return member
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  promise.catch(() => undefined)
  return promise
}
