import { HoldfastError, isHoldfastError } from '@holdfast/core'
import type { PluginDescription } from '@holdfast/session/runtime'
import type { PluginGrants } from '../grants/plugin-grants.ts'
import type { HostTimes } from '../host-times.ts'
import type { PluginManifest } from '../manifest/plugin-manifest.ts'
import { CrashRecord } from './crash-record.ts'
import type { PluginProcess } from './plugin-process.ts'
import { outOfMemory } from './process-end.ts'
import type { LogSink } from './process-output.ts'
import type { ProcessKind, ProcessPool } from './process-pool.ts'

/** A plugin as it is to run. */
export interface PluginVersion {
  readonly manifest: PluginManifest
  readonly grants: PluginGrants
  /** What its process is started for. */
  readonly kind: () => Promise<ProcessKind>
}

/** What a supervisor needs of its host. */
export interface SupervisorOptions {
  readonly pool: () => Promise<ProcessPool>
  readonly times: HostTimes
  /** After how many invocations a process is replaced. */
  readonly recycleAfter: number
  readonly onLog: LogSink
}

/** A process that has loaded its plugin. */
export interface ServingProcess {
  readonly process: PluginProcess
  readonly description: PluginDescription
  readonly version: PluginVersion
  /** Has the next process of its kind ready. */
  readonly warmUp: () => void
}

/** A process for one invocation, which it has to wait for. */
export interface ProcessLease extends ServingProcess {
  /** To be called when the invocation has begun, or will not. */
  readonly release: () => void
}

/** From here on, as a part of its limit, a process is replaced when it stands still. */
const softMemory = 0.8

/**
 * Keeps one process of a plugin serving: starts it when it is called for, replaces it when it has
 * crashed, has grown too large or has served long, and lets it go when nobody calls.
 */
export class PluginSupervisor {
  readonly #options: SupervisorOptions
  readonly #crashes: CrashRecord
  #version: PluginVersion
  #serving: Promise<ServingProcess> | null = null
  /** Another version, which has loaded and does not serve yet. */
  #next: ServingProcess | null = null
  /** Processes that only finish what they have begun. */
  readonly #retired = new Set<PluginProcess>()
  #loadError: unknown = null
  #idleTimer: NodeJS.Timeout | null = null
  #isClosed = false

  constructor(version: PluginVersion, options: SupervisorOptions) {
    this.#version = version
    this.#options = options
    this.#crashes = new CrashRecord(version.manifest.id)
  }

  /**
   * Gives the process that serves, and starts one if there is none.
   *
   * @throws {@link HoldfastError} `PLUGIN_LOAD_FAILED`, `PLUGIN_UNAVAILABLE`, `PLUGIN_CRASHED`
   */
  async serving(): Promise<ServingProcess> {
    const { release, ...serving } = await this.acquire()
    release()
    return serving
  }

  /**
   * As {@link serving}, for an invocation: the process stays until the lease is released.
   *
   * @throws {@link HoldfastError} as `serving`
   */
  async acquire(): Promise<ProcessLease> {
    const starting = (this.#serving ??= this.#startOnce())
    try {
      const serving = await starting
      if (this.#isUsable(serving.process)) {
        const free = serving.process.reserve()
        // One that is only asked what it offers may be all that is ever asked.
        if (serving.process.begun === 0) serving.warmUp()
        const release = (): void => {
          free()
          this.#lookAfter(serving.process)
        }
        return { ...serving, release }
      }
      if (this.#serving === starting) this.#serving = null
    } catch (error) {
      if (this.#serving === starting) this.#serving = null
      throw error
    }
    return this.acquire()
  }

  /** To be called when an invocation has ended: it may have been the last of its process. */
  invocationEnded(process: PluginProcess): void {
    if (!process.isGone) this.#crashes.worked()
    this.#lookAfter(process)
  }

  /**
   * Starts another version of the plugin, which serves only when {@link replace} says so.
   *
   * @param signal ends the start
   * @throws {@link HoldfastError} `PLUGIN_LOAD_FAILED`, `ABORTED`
   */
  async rehearse(version: PluginVersion, signal?: AbortSignal): Promise<PluginDescription> {
    if (this.#next !== null) this.#leave(this.#next.process)
    this.#next = null
    const next = await this.#start(version, signal)
    this.#next = next
    return next.description
  }

  /** From now on another version serves. The old one finishes what it has begun. */
  replace(version: PluginVersion): void {
    const next = this.#next?.version === version ? this.#next : null
    this.#next = null
    this.#version = version
    this.#loadError = null
    this.#crashes.clear()
    void this.#current().then((old) => {
      this.#serving = next === null ? null : Promise.resolve(next)
      if (old !== null) this.#retire(old.process)
    })
  }

  /** Has another process serve from now on; this one finishes what it has begun. */
  abandon(process: PluginProcess): void {
    if (this.#isUsable(process)) this.#retire(process)
  }

  /** Looks after the memory of its processes. */
  watchMemory(residentBytes: (process: PluginProcess) => number): void {
    void this.#current().then((serving) => {
      const processes = serving === null ? [] : [serving.process]
      for (const process of [...processes, ...this.#retired]) {
        this.#checkMemory(process, residentBytes(process))
      }
    })
  }

  /** Whether it has no process, and none is on its way. */
  get isDormant(): boolean {
    return this.#serving === null && this.#retired.size === 0
  }

  /** Starts no more. The processes are the pool's to end. */
  close(): void {
    this.#isClosed = true
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer)
  }

  /** Lets a process go that has nothing to do any more and is not to do anything else. */
  #lookAfter(process: PluginProcess): void {
    if (process.active > 0) return
    if (this.#retired.has(process)) this.#leave(process)
    else if (process.begun >= this.#options.recycleAfter) this.#retire(process)
    else this.#restWhenIdle(process)
  }

  /** The process that serves, if one does. */
  async #current(): Promise<ServingProcess | null> {
    const starting = this.#serving
    if (starting === null) return null
    const serving = await starting.catch(() => null)
    if (serving !== null && this.#isUsable(serving.process)) return serving
    if (this.#serving === starting) this.#serving = null
    return null
  }

  #isUsable(process: PluginProcess): boolean {
    return !process.isGone && !this.#retired.has(process)
  }

  async #startOnce(): Promise<ServingProcess> {
    let delayMs: number
    try {
      delayMs = this.#crashes.delayMs()
    } catch (error) {
      // Why it cannot be loaded says more than that it cannot.
      throw this.#loadError ?? error
    }
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
    try {
      const serving = await this.#start(this.#version)
      this.#loadError = null
      return serving
    } catch (error) {
      this.#loadError = isHoldfastError(error, 'PLUGIN_LOAD_FAILED') ? error : null
      this.#crashes.crashed(0)
      throw error
    }
  }

  async #start(version: PluginVersion, signal?: AbortSignal): Promise<ServingProcess> {
    const { times, onLog } = this.#options
    this.#refuseClosed()
    const { manifest, grants } = version
    const pool = await this.#options.pool()
    const kind = await version.kind().catch((error: unknown) => {
      this.#refuseClosed()
      throw error
    })
    this.#refuseClosed()
    if (signal?.aborted) throw loadAborted(signal)
    const process = pool.take(kind)
    const onAbort = (): void => process.kill(loadAborted(signal))
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      const description = await process.load({ manifest, grants, onLog }, times.startMs)
      // It may have said so just before it was killed.
      if (signal?.aborted) throw loadAborted(signal)
      const startedAt = performance.now()
      void process.gone.then((error) => this.#onGone(process, error, startedAt))
      this.#restWhenIdle(process)
      return { process, description, version, warmUp: () => pool.warmUp(kind) }
    } catch (error) {
      void process.leave(0)
      throw error
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  #refuseClosed(): void {
    if (!this.#isClosed) return
    throw new HoldfastError('DRAINING', 'The host is closing and starts no more plugins.')
  }

  #onGone(process: PluginProcess, error: Error, startedAt: number): void {
    this.#retired.delete(process)
    // What is gone is not held on to.
    void this.#current()
    if (process.isLeaving) return
    this.#crashes.crashed(performance.now() - startedAt)
    this.#options.onLog({
      workspace: null,
      invocationId: null,
      source: 'host',
      level: 'error',
      text: error.message,
      data: isHoldfastError(error) ? { code: error.code } : null,
    })
  }

  #checkMemory(process: PluginProcess, bytes: number): void {
    const { manifest, grants } = this.#version
    if (bytes > grants.memoryBytes) {
      const held = Math.round(bytes / 1_048_576)
      const most = Math.round(grants.memoryBytes / 1_048_576)
      process.kill(outOfMemory(manifest.id, `it held ${held} MiB, where ${most} are the most`))
    } else if (bytes > grants.memoryBytes * softMemory && !this.#retired.has(process)) {
      this.#retire(process)
    }
  }

  #retire(process: PluginProcess): void {
    this.#retired.add(process)
    if (process.active === 0) this.#leave(process)
  }

  #leave(process: PluginProcess): void {
    void process.leave(this.#options.times.graceMs)
  }

  #restWhenIdle(process: PluginProcess): void {
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer)
    this.#idleTimer = setTimeout(() => {
      if (process.active === 0 && !process.isGone) this.#retire(process)
    }, this.#options.times.idleMs).unref()
  }
}

function loadAborted(signal?: AbortSignal): HoldfastError {
  return new HoldfastError('ABORTED', 'The loading of the plugin was aborted.', {
    cause: signal?.reason,
  })
}
