import type { WorkspaceId } from '@holdfast/core'
import { CallGate } from '../call-gate.ts'
import type { PluginGrants } from '../grants/plugin-grants.ts'
import type { HostedEndpoint, HostedPlugin } from '../host.ts'
import { toHostedPlugin } from '../load/loaded-plugin.ts'
import type { PluginManifest } from '../manifest/plugin-manifest.ts'
import type { PluginProcess } from './plugin-process.ts'
import {
  PluginSupervisor,
  type PluginVersion,
  type SupervisorOptions,
} from './plugin-supervisor.ts'
import type { ProcessKind } from './process-pool.ts'

/** Where the invocations of a plugin go: of all workspaces, or of one. */
export interface Seat {
  readonly supervisor: PluginSupervisor
  readonly gate: CallGate
}

/** Says what a process for a plugin is started for. */
export type KindMaker = (manifest: PluginManifest, grants: PluginGrants) => Promise<ProcessKind>

/** How a plugin's workspaces are seated. */
export interface RunnerOptions extends SupervisorOptions {
  /** Whether each workspace has a process of its own. */
  readonly isPerWorkspace: boolean
  readonly makeKind: KindMaker
}

interface Hosted {
  readonly version: PluginVersion
  readonly plugin: HostedPlugin
}

/** One plugin of a host, with the processes that serve it. */
export class PluginRunner {
  readonly #options: RunnerOptions
  readonly #seats = new Map<WorkspaceId | null, Seat>()
  #version: PluginVersion
  #hosted: Hosted | null = null
  #isClosed = false

  constructor(manifest: PluginManifest, grants: PluginGrants, options: RunnerOptions) {
    this.#options = options
    this.#version = this.#toVersion(manifest, grants)
  }

  get manifest(): PluginManifest {
    return this.#version.manifest
  }

  get grants(): PluginGrants {
    return this.#version.grants
  }

  /** Where the calls of a workspace go. */
  seatOf(workspace: WorkspaceId): Seat {
    const key = this.#options.isPerWorkspace ? workspace : null
    return this.#seats.get(key) ?? this.#addSeat(key)
  }

  /** @throws {@link HoldfastError} as `describe` of a host */
  async describe(): Promise<HostedPlugin> {
    return (await this.#describe()).plugin
  }

  /** @throws {@link HoldfastError} as `findEndpoint` of a host */
  async findEndpoint(path: string): Promise<HostedEndpoint | null> {
    const { plugin } = await this.#describe()
    if (plugin.endpoints.length === 0) return null
    const { process, description, version, release } = await this.#anySeat().supervisor.acquire()
    try {
      const index = await process.findRoute(path, this.#options.times.graceMs)
      return toHostedPlugin(version.manifest, description).endpoints[index ?? -1] ?? null
    } finally {
      release()
    }
  }

  /**
   * Replaces the plugin by another version of it, in all seats. If it does not load, the old one goes
   * on.
   *
   * @param signal ends the loading of the new one
   * @throws {@link HoldfastError} `PLUGIN_LOAD_FAILED`, `MANIFEST_INVALID`, `ABORTED`
   */
  async replace(
    manifest: PluginManifest,
    grants: PluginGrants,
    signal?: AbortSignal,
  ): Promise<HostedPlugin> {
    const version = this.#toVersion(manifest, grants)
    const description = await this.#anySeat().supervisor.rehearse(version, signal)
    const plugin = toHostedPlugin(manifest, description)
    this.#version = version
    this.#hosted = { version, plugin }
    for (const { supervisor, gate } of this.#seats.values()) {
      gate.setLimits(grants)
      supervisor.replace(version)
    }
    return plugin
  }

  /** Looks after the memory of its processes, and forgets the workspaces that have none. */
  watch(residentBytes: (process: PluginProcess) => number): void {
    for (const [workspace, { supervisor, gate }] of this.#seats) {
      supervisor.watchMemory(residentBytes)
      if (workspace !== null && gate.isIdle && supervisor.isDormant) this.#seats.delete(workspace)
    }
  }

  /** Starts no more processes. */
  close(): void {
    this.#isClosed = true
    for (const { supervisor } of this.#seats.values()) supervisor.close()
  }

  async #describe(): Promise<Hosted> {
    const version = this.#version
    if (this.#hosted?.version === version) return this.#hosted
    const { description } = await this.#anySeat().supervisor.serving()
    const hosted = { version, plugin: toHostedPlugin(version.manifest, description) }
    if (this.#version === version) this.#hosted = hosted
    return hosted
  }

  #anySeat(): Seat {
    const [first] = this.#seats.values()
    return first ?? this.#addSeat(null)
  }

  /** A process that was started to be asked what it offers has worked for nobody yet. */
  #addSeat(key: WorkspaceId | null): Seat {
    const spare = this.#seats.get(null)
    const seat = spare ?? this.#makeSeat()
    if (spare !== undefined) this.#seats.delete(null)
    this.#seats.set(key, seat)
    return seat
  }

  #makeSeat(): Seat {
    const supervisor = new PluginSupervisor(this.#version, this.#options)
    if (this.#isClosed) supervisor.close()
    return { supervisor, gate: new CallGate(this.manifest.id, this.grants) }
  }

  #toVersion(manifest: PluginManifest, grants: PluginGrants): PluginVersion {
    let kind: Promise<ProcessKind> | null = null
    return {
      manifest,
      grants,
      // What it depends on is looked up once, unless that fails.
      kind: () => {
        kind ??= this.#options.makeKind(manifest, grants).catch((error: unknown) => {
          kind = null
          throw error
        })
        return kind
      },
    }
  }
}
