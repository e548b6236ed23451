import { HoldfastError, type PluginId, type StorageDriver } from '@holdfast/core'
import type { PluginGrants } from '../grants/plugin-grants.ts'
import type { HostTimes } from '../host-times.ts'
import type { HostFacts } from '../host.ts'
import { assertSandboxAvailable } from '../launch/assert-sandbox-available.ts'
import { type ClosedPath, findClosedPath } from '../launch/find-closed-path.ts'
import { type LaunchEnvironment, probeLaunchEnvironment } from '../launch/launch-environment.ts'
import { readPathsOf } from '../launch/read-paths.ts'
import { weaknessesOf } from '../launch/weaknesses-of.ts'
import type { PluginManifest } from '../manifest/plugin-manifest.ts'
import type { PluginLog } from '../plugin-log.ts'
import { findGuestScript, type GuestScript } from './guest-script.ts'
import { PluginRunner } from './plugin-runner.ts'
import { ProcessPool, type ProcessKind } from './process-pool.ts'

/** What a host with processes is made of. */
export interface ProcessHostOptions {
  readonly driver: StorageDriver
  readonly plugins: readonly PluginManifest[]
  readonly mode: 'process' | 'sandbox'
  readonly nodePath: string
  readonly grantsOf: (manifest: PluginManifest) => PluginGrants
  readonly times: HostTimes
  readonly recycleAfter: number
  readonly keepsWarm: boolean
  readonly onLog: (log: PluginLog) => void
}

interface Prepared {
  readonly environment: LaunchEnvironment
  readonly guest: GuestScript
  readonly pool: ProcessPool
}

/** The processes of a host, and what they are started with. */
export class ProcessRoom {
  readonly #options: ProcessHostOptions
  readonly #runners = new Map<PluginId, PluginRunner>()
  #preparing: Promise<Prepared> | undefined
  #isClosed = false

  constructor(options: ProcessHostOptions) {
    this.#options = options
    for (const manifest of options.plugins) {
      this.#runners.set(manifest.id, this.#makeRunner(manifest))
    }
  }

  get runners(): IterableIterator<PluginRunner> {
    return this.#runners.values()
  }

  find(plugin: PluginId): PluginRunner | undefined {
    return this.#runners.get(plugin)
  }

  /** @throws {@link HoldfastError} `SANDBOX_UNAVAILABLE` */
  async prepare(): Promise<HostFacts> {
    const { environment } = await this.#prepare()
    return { weaknesses: weaknessesOf(environment, this.#options.mode) }
  }

  /** Ends all processes. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const runner of this.#runners.values()) runner.close()
    const prepared = await this.#preparing?.catch(() => undefined)
    await prepared?.pool.close(this.#options.times.graceMs)
    await prepared?.guest.remove()
  }

  #prepare(): Promise<Prepared> {
    if (this.#isClosed) return Promise.reject(closing())
    this.#preparing ??= this.#prepareOnce().catch((error: unknown) => {
      this.#preparing = undefined
      throw error
    })
    return this.#preparing
  }

  async #prepareOnce(): Promise<Prepared> {
    const { driver, keepsWarm, mode, nodePath } = this.#options
    const environment = await probeLaunchEnvironment(nodePath)
    if (mode === 'sandbox') assertSandboxAvailable(environment)
    const guest = await findGuestScript()
    return { environment, guest, pool: new ProcessPool(driver, environment, keepsWarm) }
  }

  #makeRunner(manifest: PluginManifest): PluginRunner {
    const { grantsOf, mode, onLog, recycleAfter, times } = this.#options
    const plugin = manifest.id
    return new PluginRunner(manifest, grantsOf(manifest), {
      pool: async () => (await this.#prepare()).pool,
      times,
      recycleAfter,
      onLog: (line) => onLog({ at: Date.now(), plugin, ...line }),
      isPerWorkspace: mode === 'sandbox',
      makeKind: (version, grants) => this.#makeKind(version, grants),
    })
  }

  async #makeKind(manifest: PluginManifest, grants: PluginGrants): Promise<ProcessKind> {
    const { environment, guest } = await this.#prepare()
    const { mode, nodePath } = this.#options
    const { addons, memoryBytes, network } = grants
    // A script is handed over and needs to read nothing, unless an addon lies beside it.
    const isHanded = manifest.bundle?.format === 'script' && !addons
    const own = isHanded ? [] : await readPathsOf(manifest)
    const readPaths = [...guest.readPaths, ...own]
    const guestPath = guest.path
    const kind = { mode, nodePath, guestPath, readPaths, network, addons, memoryBytes }
    const closed = await findClosedPath({ ...kind, slot: 0 }, environment)
    if (closed === null) return kind
    if (mode === 'sandbox') throw unreadable(manifest, closed)
    this.#tellClosed(manifest, closed)
    return { ...kind, readsAll: true }
  }

  #tellClosed({ id }: PluginManifest, { path, mode }: ClosedPath): void {
    this.#options.onLog({
      at: Date.now(),
      plugin: id,
      workspace: null,
      invocationId: null,
      source: 'host',
      level: 'warn',
      text: `${path} is closed to the user that the plugin runs as, so its process keeps the right to read whatever is closed, and only the permission model of Node.js keeps it from that. To take the right away: chmod ${mode} ${path}`,
      data: null,
    })
  }
}

function unreadable({ id }: PluginManifest, { path, mode }: ClosedPath): HoldfastError {
  return new HoldfastError(
    'PLUGIN_LOAD_FAILED',
    `The plugin "${id}" cannot be loaded: a host that root starts makes sandboxes as other users, and ${path} is closed to these. Open it by "chmod ${mode} ${path}", move it elsewhere, or start the host as another user than root.`,
    { context: { plugin: id, path } },
  )
}

function closing(): HoldfastError {
  return new HoldfastError('DRAINING', 'The host is closing and starts no more plugins.')
}
