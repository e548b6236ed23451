import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parsePluginId } from '@holdfast/core'
import type { PluginManifest } from '@holdfast/host'
import { buildPlugin } from '@holdfast/host/build'
import { BenchError, SkipRow } from '../bench-error.ts'
import type { BenchMode } from './bench-modes.ts'
import { OpenHost } from './open-host.ts'

/** The benchmark's own plugin, and one as its author would publish it. */
export type PluginFolder = 'bench' | 'sample'

const folders: Readonly<Record<PluginFolder, string>> = {
  bench: fileURLToPath(new URL('../../src/host/plugin', import.meta.url)),
  sample: fileURLToPath(new URL('../../../runner/plugins/preferences', import.meta.url)),
}

/** What the rows of a run share. */
export class HostBench implements AsyncDisposable {
  readonly mode: BenchMode
  /** How long after its cancellation a call has to end before its process is killed. */
  readonly graceMs: number = 500
  readonly #built = new Map<PluginFolder, Promise<PluginManifest>>()
  readonly #directory: string

  private constructor(mode: BenchMode, directory: string) {
    this.mode = mode
    this.#directory = directory
  }

  static async open(mode: BenchMode): Promise<HostBench> {
    const directory = await mkdtemp(join(tmpdir(), 'holdfast-bench-'))
    // Plugins may run as another user.
    await chmod(directory, 0o755)
    return new HostBench(mode, directory)
  }

  /** A plugin as it is in production: built, once in a run. */
  plugin(folder: PluginFolder): Promise<PluginManifest> {
    const built = this.#built.get(folder) ?? this.#build(folder)
    this.#built.set(folder, built)
    return built
  }

  async #build(folder: PluginFolder): Promise<PluginManifest> {
    const { manifest, warnings } = await buildPlugin(folders[folder], {
      outputDirectory: join(this.#directory, folder),
      // So that nothing of this repository needs to be compiled.
      conditions: ['@holdfast/source'],
    })
    if (warnings.length > 0) throw new BenchError(warnings.join('\n'))
    return manifest
  }

  /** So many plugins with the same code, and each with a process of its own. */
  async plugins(folder: PluginFolder, count: number): Promise<readonly PluginManifest[]> {
    const manifest = await this.plugin(folder)
    return Array.from({ length: count }, (_, index) => ({
      ...manifest,
      id: parsePluginId(`${manifest.id}-${index}`),
    }))
  }

  /**
   * A host with nothing in its store, and with no process of a plugin yet.
   *
   * @param signal - ends also the calls
   */
  async open(plugins: readonly PluginManifest[], signal: AbortSignal): Promise<OpenHost> {
    const { mode, graceMs } = this
    const options = { mode, graceMs, plugins }
    return OpenHost.open(options, signal)
  }

  /** @throws {@link SkipRow} where a row about processes has none to look at */
  mustHaveProcesses(): void {
    if (this.mode === 'inline') {
      throw new SkipRow('in the mode inline no plugin has a process. Choose another --mode.')
    }
    if (process.platform !== 'linux') {
      throw new SkipRow('processes are observed by way of /proc, which only Linux has.')
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#built.values())
    await rm(this.#directory, { recursive: true })
  }
}
