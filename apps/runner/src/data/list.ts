import {
  type Cursor,
  HoldfastError,
  type ListedEntry,
  parseKeyPrefix,
  parsePluginId,
  parseWorkspaceId,
  type ScopeUsage,
} from '@holdfast/core'
import { defaultWorkspace } from '../commands/common-options.ts'
import { showTable, showTime } from '../show-table.ts'
import { openStore } from '../store-registry.ts'
import { writeTo } from '../write-to.ts'
import { collectPages, type Extent } from './collect-pages.ts'
import type { TargetOptions } from './target.ts'

export interface ListOptions extends Pick<TargetOptions, 'storeName' | 'store' | 'json'>, Extent {
  readonly plugin?: string
  readonly workspace?: string
}

/** Prints the keys of one store of a plugin, or, where no plugin is named, who has stored how much. */
export async function list(
  prefix: string | undefined,
  options: ListOptions,
  signal: AbortSignal,
): Promise<void> {
  const { plugin } = options
  if (plugin !== undefined) return listKeys(plugin, prefix ?? '', options, signal)
  if (prefix === undefined) return listScopes(options, signal)
  throw new HoldfastError('USAGE', 'A prefix is one of keys: name whose with --plugin.')
}

async function listKeys(
  plugin: string,
  text: string,
  options: ListOptions,
  signal: AbortSignal,
): Promise<void> {
  const scope = {
    workspace: parseWorkspaceId(options.workspace ?? defaultWorkspace),
    plugin: parsePluginId(plugin),
    store: options.storeName,
  }
  const prefix = parseKeyPrefix(text)
  await using driver = await openStore(options.store, { create: false, signal })
  const { items, cursor } = await collectPages(options, async (page) => {
    const query = { prefix, keysOnly: true, ...page }
    const { entries, cursor: next } = await driver.list(scope, query, { signal })
    return { items: entries, cursor: next }
  })
  const entries = items.map(({ value: _value, ...metadata }: ListedEntry) => metadata)
  await print(options, { entries, cursor }, () =>
    showTable(
      entries.map((entry) => [
        entry.key,
        String(entry.size),
        showTime(entry.updatedAt),
        showTime(entry.expiresAt),
      ]),
      ['KEY', 'SIZE', 'UPDATED', 'EXPIRES'],
      [1],
    ),
  )
}

async function listScopes(options: ListOptions, signal: AbortSignal): Promise<void> {
  const workspace = options.workspace === undefined ? null : parseWorkspaceId(options.workspace)
  await using driver = await openStore(options.store, { create: false, signal })
  const { items, cursor } = await collectPages<ScopeUsage>(options, async (page) => {
    const query = { workspace, plugin: null, ...page }
    const { scopes, cursor: next } = await driver.scopes(query, { signal })
    return { items: scopes, cursor: next }
  })
  const scopes = items.map(({ scope, usage }) => ({ ...scope, ...usage }))
  await print(options, { scopes, cursor }, () =>
    showTable(
      scopes.map((scope) => [
        scope.workspace,
        scope.plugin,
        scope.store,
        String(scope.entries),
        String(scope.bytes),
      ]),
      ['WORKSPACE', 'PLUGIN', 'STORE', 'ENTRIES', 'BYTES'],
      [3, 4],
    ),
  )
}

async function print(
  options: ListOptions,
  listing: { readonly cursor: Cursor | null; readonly [items: string]: unknown },
  toTable: () => string,
): Promise<void> {
  const text = options.json === true ? JSON.stringify(listing) : toTable()
  await writeTo(process.stdout, `${text}\n`)
  if (options.json === true || listing.cursor === null) return
  await writeTo(process.stderr, `There is more: --cursor ${listing.cursor}\n`)
}
