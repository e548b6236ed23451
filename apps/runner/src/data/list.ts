import {
  type Cursor,
  HoldfastError,
  type ListedEntry,
  parseKeyPrefix,
  parsePluginId,
  parseWorkspaceId,
  type ScopeUsage,
  type StoreName,
  storeNames,
} from '@holdfast/core'
import { defaultWorkspace } from '../commands/common-options.ts'
import { showTable, showTime } from '../show-table.ts'
import { openStore } from '../store-registry.ts'
import { writeText } from '../write-text.ts'
import { collectPages, type Extent, type Listing } from './collect-pages.ts'
import type { TargetOptions } from './target.ts'

export interface ListOptions extends Pick<TargetOptions, 'store' | 'json'>, Extent {
  /** Both stores if left out. */
  readonly storeName?: StoreName
  readonly plugin?: string
  readonly workspace?: string
}

/** Prints the keys of a plugin, or, where no plugin is named, who has stored how much. */
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

interface ListedKey extends Omit<ListedEntry, 'value'> {
  readonly store: StoreName
}

/** Where a listing of one store after the other goes on. */
interface Rest {
  readonly store: StoreName
  readonly cursor: Cursor | null
}

async function listKeys(
  plugin: string,
  text: string,
  options: ListOptions,
  signal: AbortSignal,
): Promise<void> {
  if (options.cursor !== undefined && options.storeName === undefined) {
    throw new HoldfastError('USAGE', 'A cursor is of one store: name it with --store-name, too.')
  }
  const workspace = parseWorkspaceId(options.workspace ?? defaultWorkspace)
  const scope = { workspace, plugin: parsePluginId(plugin) }
  const prefix = parseKeyPrefix(text)
  await using driver = await openStore(options.store, { create: false, signal })
  const readStore = (store: StoreName, extent: Extent): Promise<Listing<ListedKey>> =>
    collectPages(extent, async (page) => {
      const query = { prefix, keysOnly: true, ...page }
      const found = await driver.list({ ...scope, store }, query, { signal })
      return {
        items: found.entries.map((entry) => toListedKey(store, entry)),
        cursor: found.cursor,
      }
    })

  const stores = options.storeName === undefined ? storeNames : [options.storeName]
  const { entries, rest } = await listStores(stores, options, readStore)
  const listing = { entries, cursor: rest?.cursor ?? null, store: rest?.store ?? null }
  await print(options, listing, moreOf(rest), () =>
    showTable(
      entries.map((entry) => [
        entry.store,
        entry.key,
        String(entry.size),
        showTime(entry.updatedAt),
        showTime(entry.expiresAt),
      ]),
      ['STORE', 'KEY', 'SIZE', 'UPDATED', 'EXPIRES'],
      [2],
    ),
  )
}

async function listStores(
  stores: readonly StoreName[],
  { limit = Number.POSITIVE_INFINITY, cursor }: Extent,
  readStore: (store: StoreName, extent: Extent) => Promise<Listing<ListedKey>>,
): Promise<{ readonly entries: readonly ListedKey[]; readonly rest: Rest | null }> {
  const entries: ListedKey[] = []
  for (const store of stores) {
    const most = limit - entries.length
    if (most === 0) return { entries, rest: { store, cursor: null } }
    const page = await readStore(store, {
      limit: most,
      ...(cursor === undefined ? {} : { cursor }),
    })
    entries.push(...page.items)
    if (page.cursor !== null) return { entries, rest: { store, cursor: page.cursor } }
  }
  return { entries, rest: null }
}

function toListedKey(store: StoreName, { value: _value, ...metadata }: ListedEntry): ListedKey {
  return { store, ...metadata }
}

function moreOf(rest: Rest | null): string | null {
  if (rest === null) return null
  const cursor = rest.cursor === null ? '' : ` --cursor ${rest.cursor}`
  return `--store-name ${rest.store}${cursor}`
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
  await print(options, { scopes, cursor }, cursor === null ? null : `--cursor ${cursor}`, () =>
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
  listing: { readonly [items: string]: unknown },
  more: string | null,
  toTable: () => string,
): Promise<void> {
  const text = options.json === true ? JSON.stringify(listing) : toTable()
  await writeText(process.stdout, `${text}\n`)
  if (options.json === true || more === null) return
  await writeText(process.stderr, `There is more: ${more}\n`)
}
