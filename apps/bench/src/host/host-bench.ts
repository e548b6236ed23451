import { fileURLToPath } from 'node:url'
import { parsePluginId } from '@holdfast/core'
import { type HostOptions, type PluginManifest, readManifest } from '@holdfast/host'
import { SkipRow } from '../bench-error.ts'
import { OpenHost } from './open-host.ts'

/** How the host runs plugins. */
export type BenchMode = HostOptions['mode']

type Folder = 'bench' | 'sample'

/** The benchmark's own plugin, and one as its author would publish it. */
const folders: Readonly<Record<Folder, string>> = {
  bench: fileURLToPath(new URL('../../src/host/plugin', import.meta.url)),
  sample: fileURLToPath(new URL('../../../runner/plugins/preferences', import.meta.url)),
}

/** What the rows of a run share. */
export class HostBench {
  readonly mode: BenchMode
  /** How long after its cancellation a call has to end before its process is killed. */
  readonly graceMs: number = 500
  readonly #manifests = new Map<Folder, Promise<PluginManifest>>()

  constructor(mode: BenchMode) {
    this.mode = mode
  }

  /** A plugin as it is in production. */
  plugin(folder: Folder): Promise<PluginManifest> {
    const manifest = this.#manifests.get(folder) ?? readManifest(folders[folder])
    this.#manifests.set(folder, manifest)
    return manifest
  }

  /** So many plugins with the same code, and each with a process of its own. */
  async plugins(folder: Folder, count: number): Promise<readonly PluginManifest[]> {
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
}
