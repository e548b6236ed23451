import type { Scope, StorageKey } from '@holdfast/core'

/** One text for each scope, to find by it what a mutant remembers. */
export function scopeId({ workspace, plugin, store }: Scope): string {
  return `${workspace} ${plugin} ${store}`
}

/** One text for each entry of all scopes. */
export function entryId(scope: Scope, key: StorageKey): string {
  return `${scopeId(scope)} ${key}`
}
