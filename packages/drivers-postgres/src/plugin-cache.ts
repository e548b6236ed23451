import type { PluginScope } from '@holdfast/core'
import type { KnownPlugin } from './known-plugin.ts'

/** Most keys that are kept, of all plugins together: some 10 MiB. */
const defaultMaxKeys = 50_000

/** Keeps what is known of the plugins that wrote last. */
export class PluginCache {
  /** In the order of their last use. */
  readonly #plugins = new Map<string, { readonly known: KnownPlugin; readonly keys: number }>()
  readonly #maxKeys: number
  #keys = 0

  constructor({ maxKeys = defaultMaxKeys }: { readonly maxKeys?: number } = {}) {
    this.#maxKeys = maxKeys
  }

  get(target: PluginScope): KnownPlugin | undefined {
    return this.#plugins.get(idOf(target))?.known
  }

  set(target: PluginScope, known: KnownPlugin): void {
    this.forget(target)
    const keys = known.states.storage.size + known.states.persistent_store.size
    this.#plugins.set(idOf(target), { known, keys })
    this.#keys += keys
    for (const id of this.#plugins.keys()) {
      if (this.#keys <= this.#maxKeys) break
      this.#remove(id)
    }
  }

  forget(target: PluginScope): void {
    this.#remove(idOf(target))
  }

  #remove(id: string): void {
    this.#keys -= this.#plugins.get(id)?.keys ?? 0
    this.#plugins.delete(id)
  }
}

function idOf({ workspace, plugin }: PluginScope): string {
  return `${workspace} ${plugin}`
}
