import {
  type CallOptions,
  type PluginScope,
  type Quota,
  type StorageDriver,
  storeNames,
} from '@holdfast/core'

/** Most plugins to remember. */
const maxPlugins = 1_000

/**
 * Which plugins were seen within their quota. One that was stays so, as long as all its writers have
 * the same quota: a commit that grows it is refused first.
 */
export class KnownUsage {
  readonly #driver: StorageDriver
  readonly #withinBytes = new Map<string, number>()

  constructor(driver: StorageDriver) {
    this.#driver = driver
  }

  /** Whether a plugin holds no more than its quota, as far as is known. */
  async isWithin(target: PluginScope, quota: Quota | null, options: CallOptions): Promise<boolean> {
    const id = idOf(target)
    if (quota === null || this.#withinBytes.get(id) === quota.maxBytes) return true
    const { workspace, plugin } = target
    const usages = await Promise.all(
      storeNames.map((store) => this.#driver.usage({ workspace, plugin, store }, options)),
    )
    if (usages.reduce((sum, { bytes }) => sum + bytes, 0) > quota.maxBytes) return false
    this.#remember(id, quota.maxBytes)
    return true
  }

  /** Takes notice of a write that may have left more than the quota of others allows. */
  hasWritten(target: PluginScope, quota: Quota | null): void {
    const id = idOf(target)
    if (this.#withinBytes.get(id) !== quota?.maxBytes) this.#withinBytes.delete(id)
  }

  #remember(id: string, maxBytes: number): void {
    this.#withinBytes.delete(id)
    this.#withinBytes.set(id, maxBytes)
    if (this.#withinBytes.size <= maxPlugins) return
    for (const oldest of this.#withinBytes.keys()) {
      this.#withinBytes.delete(oldest)
      return
    }
  }
}

function idOf({ workspace, plugin }: PluginScope): string {
  return `${workspace} ${plugin}`
}
