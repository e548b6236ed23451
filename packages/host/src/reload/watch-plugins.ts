import { type FSWatcher, watch } from 'node:fs'
import { sep } from 'node:path'
import type { PluginId } from '@holdfast/core'
import type { Host, HostedPlugin } from '../host.ts'
import { readManifest } from '../manifest/read-manifest.ts'

/** What is told of plugins that change. */
export interface WatchPluginsOptions {
  /** A changed plugin has loaded, and serves from now on. */
  readonly onReload: (plugin: HostedPlugin, tookMs: number) => void
  /** A changed plugin cannot be loaded; the one before goes on serving. */
  readonly onError: (plugin: PluginId, error: unknown) => void
  /** Ends the watching. */
  readonly signal: AbortSignal
}

/** How long a folder stays unchanged before its plugin is loaded anew, in milliseconds. */
const settleMs = 100
/** Folders whose changes are none of the plugin's code. */
const passedOver = ['node_modules', '.git']

/**
 * Loads plugins anew whenever a file in their folders changes: for development. What they depend on,
 * in `node_modules`, is not watched.
 */
export function watchPlugins(host: Host, options: WatchPluginsOptions): void {
  for (const { id, directory } of host.plugins) new WatchedPlugin(host, id, directory, options)
}

class WatchedPlugin {
  readonly #host: Host
  readonly #id: PluginId
  readonly #directory: string
  readonly #options: WatchPluginsOptions
  readonly #watcher: FSWatcher
  #timer: NodeJS.Timeout | null = null
  /** Loadings go one after the other, so that the last change wins. */
  #last: Promise<void> = Promise.resolve()

  constructor(host: Host, id: PluginId, directory: string, options: WatchPluginsOptions) {
    this.#host = host
    this.#id = id
    this.#directory = directory
    this.#options = options
    this.#watcher = watch(directory, { recursive: true, signal: options.signal }, (_event, name) =>
      this.#onChange(name),
    )
    this.#watcher.on('error', (error) => options.onError(id, error))
    options.signal.addEventListener('abort', () => this.#stopTimer())
  }

  #onChange(name: string | null): void {
    if (name?.split(sep).some((part) => passedOver.includes(part)) === true) return
    this.#stopTimer()
    this.#timer = setTimeout(() => {
      this.#last = this.#last.then(() => this.#reload())
    }, settleMs)
  }

  async #reload(): Promise<void> {
    if (this.#options.signal.aborted) return
    const startedAt = performance.now()
    try {
      const manifest = await readManifest(this.#directory)
      const plugin = await this.#host.reload(manifest)
      this.#options.onReload(plugin, performance.now() - startedAt)
    } catch (error) {
      if (!this.#options.signal.aborted) this.#options.onError(this.#id, error)
    }
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }
}
