import { HoldfastError, type PluginId } from '@holdfast/core'
import type { Host, HostedPlugin } from '../host.ts'
import type { PluginManifest } from '../manifest/plugin-manifest.ts'
import { readManifest } from '../manifest/read-manifest.ts'
import { watchFolder } from './watch-folder.ts'

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
/** How long a loading may take when there is another change already, in milliseconds. */
const patienceMs = 2_000

/**
 * Loads plugins anew whenever a file in their folders changes: for development. What they depend on,
 * in `node_modules`, is not watched, nor are files whose names begin with a dot or end with a tilde.
 */
export function watchPlugins(host: Host, options: WatchPluginsOptions): void {
  for (const { id, directory } of host.plugins) {
    const plugin = new WatchedPlugin(host, id, directory, options)
    watchFolder(directory, {
      onChange: () => plugin.changed(),
      onError: (error) => options.onError(id, error),
      signal: options.signal,
    })
  }
}

class WatchedPlugin {
  readonly #host: Host
  readonly #id: PluginId
  readonly #directory: string
  readonly #options: WatchPluginsOptions
  #timer: NodeJS.Timeout | null = null
  #loading: HurriedLoading | null = null
  /** Whether it has changed since it was last read. */
  #isDue = false

  constructor(host: Host, id: PluginId, directory: string, options: WatchPluginsOptions) {
    this.#host = host
    this.#id = id
    this.#directory = directory
    this.#options = options
    options.signal.addEventListener('abort', () => this.#stopTimer(), { once: true })
  }

  changed(): void {
    this.#stopTimer()
    this.#timer = setTimeout(() => {
      this.#isDue = true
      // What is loading now is not the last any more, and may never be loaded.
      this.#loading?.hurry()
      void this.#reloadWhileDue()
    }, settleMs)
  }

  /** Loadings go one after the other, so that the last change wins. */
  async #reloadWhileDue(): Promise<void> {
    if (this.#loading !== null) return
    while (this.#isDue && !this.#options.signal.aborted) {
      this.#isDue = false
      this.#loading = new HurriedLoading()
      await this.#reload(AbortSignal.any([this.#options.signal, this.#loading.signal]))
      this.#loading.end()
    }
    this.#loading = null
  }

  async #reload(signal: AbortSignal): Promise<void> {
    const startedAt = performance.now()
    try {
      const manifest = await readManifest(this.#directory)
      if (manifest.id !== this.#id) throw idChanged(this.#id, manifest)
      const plugin = await this.#host.reload(manifest, { signal })
      this.#options.onReload(plugin, performance.now() - startedAt)
    } catch (error) {
      if (!signal.aborted) this.#options.onError(this.#id, error)
    }
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }
}

/**
 * A loading that others wait for. It has its time all the same: where changes come faster than they
 * load, none would ever be loaded otherwise.
 */
class HurriedLoading {
  readonly #abort = new AbortController()
  readonly #startedAt = performance.now()
  #timer: NodeJS.Timeout | null = null

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Aborts it as soon as it has taken as long as a loading may that others wait for. */
  hurry(): void {
    const left = patienceMs - (performance.now() - this.#startedAt)
    this.#timer ??= setTimeout(() => this.#abort.abort(), Math.max(left, 0))
  }

  /** It is over, and is not to be aborted any more. */
  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
  }
}

function idChanged(id: PluginId, manifest: PluginManifest): HoldfastError {
  return new HoldfastError(
    'MANIFEST_INVALID',
    `The id of the plugin in ${manifest.directory} was "${id}" and is "${manifest.id}" now. Its data is kept by its id, so this is another plugin: start anew to serve it.`,
    { context: { plugin: id } },
  )
}
