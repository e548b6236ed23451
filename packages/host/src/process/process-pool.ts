import { spawn } from 'node:child_process'
import type { StorageDriver } from '@holdfast/core'
import { type Cgroup, makeCgroup } from '../launch/cgroup.ts'
import type { LaunchEnvironment } from '../launch/launch-environment.ts'
import type { LaunchRequest } from '../launch/launch-plan.ts'
import { planLaunch } from '../launch/plan-launch.ts'
import { PluginProcess } from './plugin-process.ts'
import { ProcessSlots } from './process-slots.ts'

/** What a process is started for, without what every process has of its own. */
export type ProcessKind = Omit<LaunchRequest, 'slot'>

/** How long after a process was taken the next is started, in milliseconds. */
const warmUpAfterMs = 100
/** Most blank processes that wait for a plugin. */
const maxWarm = 2

/**
 * Starts processes, and keeps a blank one of the kinds that were last asked for, so that the next
 * plugin need not wait for Node to begin.
 */
export class ProcessPool {
  readonly #driver: StorageDriver
  readonly #environment: LaunchEnvironment
  readonly #keepsWarm: boolean
  readonly #slots = new ProcessSlots()
  /** By kind, the last asked for at the end. */
  readonly #warm = new Map<string, PluginProcess>()
  readonly #all = new Set<PluginProcess>()
  #isClosed = false

  constructor(driver: StorageDriver, environment: LaunchEnvironment, keepsWarm: boolean) {
    this.#driver = driver
    this.#environment = environment
    this.#keepsWarm = keepsWarm
  }

  /** All processes that are there. */
  get processes(): ReadonlySet<PluginProcess> {
    return this.#all
  }

  /** Takes a blank process, one that waits if there is one. */
  take(kind: ProcessKind): PluginProcess {
    const key = JSON.stringify(kind)
    const warm = this.#warm.get(key)
    this.#warm.delete(key)
    return warm === undefined || warm.isGone ? this.#start(kind) : warm
  }

  /** Has a blank process of a kind ready for the next who takes one. */
  warmUp(kind: ProcessKind): void {
    if (!this.#keepsWarm || this.#isClosed) return
    // Whoever has just got a process is to have the machine for a moment.
    setTimeout(() => this.#warmUp(kind), warmUpAfterMs).unref()
  }

  /** Ends all processes: those that are blank at once, others when they have had their time. */
  async close(afterMs: number): Promise<void> {
    this.#isClosed = true
    const blank = new Set(this.#warm.values())
    this.#warm.clear()
    const leaving = Array.from(this.#all, (process) =>
      process.leave(blank.has(process) ? 0 : afterMs),
    )
    await Promise.all(leaving)
  }

  #warmUp(kind: ProcessKind): void {
    if (this.#isClosed) return
    const key = JSON.stringify(kind)
    const existing = this.#warm.get(key)
    this.#warm.delete(key)
    this.#warm.set(key, existing === undefined || existing.isGone ? this.#start(kind) : existing)
    for (const [oldest, process] of this.#warm) {
      if (this.#warm.size <= maxWarm) break
      this.#warm.delete(oldest)
      void process.leave(0)
    }
  }

  #start(kind: ProcessKind): PluginProcess {
    const slot = this.#slots.take()
    try {
      const cgroup = this.#makeCgroup(kind, slot)
      const request = { ...kind, slot, cgroup: cgroup?.path }
      const { command, args, env, cwd } = planLaunch(request, this.#environment)
      const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
      const process = new PluginProcess(child, this.#driver)
      this.#all.add(process)
      void process.gone.then(async () => {
        this.#all.delete(process)
        // What cannot be removed now is used again by the next process in the slot.
        await cgroup?.remove().catch(() => undefined)
        this.#slots.release(slot)
      })
      return process
    } catch (error) {
      this.#slots.release(slot)
      throw error
    }
  }

  /** Bounds a sandbox as a whole, where the system lets the host do that. */
  #makeCgroup({ mode, memoryBytes }: ProcessKind, slot: number): Cgroup | undefined {
    const parent = this.#environment.cgroup
    if (mode !== 'sandbox' || parent === null) return undefined
    return makeCgroup(parent, String(slot), {
      // The watch over memory comes first, because it can say why it ended the process.
      memoryBytes: memoryBytes + 67_108_864,
      maxTasks: 128,
    })
  }
}
