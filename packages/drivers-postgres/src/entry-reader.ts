import {
  type Clock,
  decodeCursor,
  encodeCursor,
  type Entry,
  getTooLarge,
  keyPrefixEnd,
  limits,
  type ListedEntry,
  type ListPage,
  type ListQuery,
  type PluginScope,
  type Scope,
  type ScopesPage,
  type ScopesQuery,
  type StorageKey,
  type StoreName,
  type Usage,
  type Version,
} from '@holdfast/core'
import { toCounters, toNextExpiry } from './account-rows.ts'
import { GetQueue, type RowsByKey } from './get-queue.ts'
import {
  countExpired,
  getEntries,
  getVersions,
  getWholeEntries,
  listBounded,
  type ListStatements,
  listUnbounded,
  readAccount,
} from './read-statements.ts'
import { retrying } from './retrying.ts'
import { listScopesOfAll, listScopesOfWorkspace } from './scope-statements.ts'
import { pipeline, type Row, type SqlDatabase, type StatementValues } from './sql-connection.ts'
import type { Statement } from './statement.ts'
import { toListed } from './to-entry.ts'

/** Reads entries and counters. A signal ends what is tried for a call that nobody waits for. */
export class EntryReader {
  readonly #database: SqlDatabase
  readonly #clock: Clock
  readonly #gets: GetQueue

  constructor(database: SqlDatabase, clock: Clock) {
    this.#database = database
    this.#clock = clock
    this.#gets = new GetQueue(async (scope, keys, signal) => {
      const mostBytes = Math.floor(limits.maxGetBytes / keys.length)
      const values = this.#valuesOf(scope, keys, mostBytes)
      return byKey(await this.#run(getEntries(keys.length), values, signal))
    })
  }

  async get(
    scope: Scope,
    keys: readonly StorageKey[],
    signal: AbortSignal | undefined,
  ): Promise<readonly (Entry | null)[]> {
    const rows = await this.#gets.add(scope, keys, signal)
    // Values that are in chunks were not read, nor were those that are too large to be read for many
    // calls at once.
    const isWhole = keys.every((key) => rows.get(key)?.['value'] !== null)
    const found = isWhole ? rows : await this.#readLarge(scope, keys, signal)
    mustFit(keys, found)
    return inOrder(keys, found, (row) => toListed(row) as Entry)
  }

  async list(
    scope: Scope,
    { prefix, cursor, limit, keysOnly }: ListQuery,
    signal: AbortSignal | undefined,
  ): Promise<ListPage> {
    const until = keyPrefixEnd(prefix)
    const statements = until === null ? listUnbounded : listBounded
    const after = cursor === null ? '' : decodeCursor(cursor, 1).join()
    const values = { ...scope, from: prefix, after, until, now: this.#clock(), limit: limit + 1 }
    const rows = keysOnly
      ? await this.#run(statements.keys, values, signal)
      : await this.#listValues(statements, values, signal)
    const entries = rows.slice(0, limit).map(toListed)
    const bytes = entries.reduce((sum, { value }) => sum + (value?.length ?? 0), 0)
    const last = entries.at(-1)
    const mayBeMore = rows.length > limit || bytes >= limits.maxListPageBytes
    return { entries, cursor: mayBeMore && last ? encodeCursor([last.key]) : null }
  }

  async #listValues(
    statements: ListStatements,
    values: StatementValues & { readonly limit: number },
    signal: AbortSignal | undefined,
  ): Promise<readonly Row[]> {
    // So many of these fit a page, however many there are of them.
    const mostBytes = Math.floor(limits.maxListPageBytes / values.limit)
    const rows = await this.#run(statements.smallValues, { ...values, mostBytes }, signal)
    const isWhole = rows.every(
      (row) => row['value'] !== null || Number(row['size']) > limits.maxValueBytes,
    )
    if (isWhole) return rows
    const { maxValueBytes, maxListPageBytes } = limits
    const bounds = { mostBytes: maxValueBytes, pageBytes: maxListPageBytes }
    return await this.#run(statements.values, { ...values, ...bounds }, signal)
  }

  /** Counts what a plugin holds, without what has expired. */
  async usage(
    { workspace, plugin }: PluginScope,
    signal: AbortSignal | undefined,
  ): Promise<Readonly<Record<StoreName, Usage>>> {
    const values = { workspace, plugin, now: this.#clock() }
    const read = (): Promise<readonly (readonly Row[])[]> =>
      pipeline(
        (body) => this.#database.snapshot(body, signal),
        [
          [readAccount, values],
          [countExpired, values],
        ],
      )
    const [[account] = [], expired = []] = await retrying(read, { signal })
    const held = account === undefined ? none : toCounters(account)
    const left = (store: StoreName): Usage => {
      const gone = expired.find((row) => row['store'] === store)
      return {
        entries: held[store].entries - Number(gone?.['entries'] ?? 0),
        bytes: held[store].bytes - Number(gone?.['bytes'] ?? 0),
      }
    }
    return { storage: left('storage'), persistent_store: left('persistent_store') }
  }

  async scopes(
    { workspace, plugin, cursor, limit }: ScopesQuery,
    signal: AbortSignal | undefined,
  ): Promise<ScopesPage> {
    const statement = workspace === null ? listScopesOfAll : listScopesOfWorkspace
    const scopes: { scope: Scope; usage: Usage }[] = []
    let after = cursor === null ? ['', '', ''] : decodeCursor(cursor, 3)
    for (;;) {
      const [afterWorkspace, afterPlugin, afterStore] = after
      const now = this.#clock()
      const asked = limit + 1 - scopes.length
      const position = { afterWorkspace, afterPlugin, afterStore }
      const values = { workspace, plugin, ...position, limit: asked }
      const rows = await this.#run(statement, values, signal)
      for (const row of rows) {
        const scope = toScope(row)
        const nextExpiry = toNextExpiry(row)
        const mayHaveExpired = nextExpiry !== null && nextExpiry <= now
        const usage = mayHaveExpired ? (await this.usage(scope, signal))[scope.store] : toUsage(row)
        if (usage.entries > 0) scopes.push({ scope, usage })
        after = [scope.workspace, scope.plugin, scope.store]
      }
      if (scopes.length > limit || rows.length < asked) break
    }
    const page = scopes.slice(0, limit)
    const last = page.at(-1)?.scope
    const isMore = scopes.length > limit && last !== undefined
    return {
      scopes: page,
      cursor: isMore ? encodeCursor([last.workspace, last.plugin, last.store]) : null,
    }
  }

  /** Reads entries for a watch; the values that are not too large to be taken whole. */
  async watched(
    scope: Scope,
    keys: readonly StorageKey[],
    signal: AbortSignal | undefined,
  ): Promise<readonly (ListedEntry | null)[]> {
    const values = this.#valuesOf(scope, keys, limits.maxValueBytes)
    return inOrder(
      keys,
      byKey(await this.#run(getWholeEntries(keys.length), values, signal)),
      toListed,
    )
  }

  async versions(
    scope: Scope,
    keys: readonly StorageKey[],
    signal: AbortSignal | undefined,
  ): Promise<readonly (Version | null)[]> {
    const rows = await this.#run(getVersions(keys.length), this.#valuesOf(scope, keys, 0), signal)
    return inOrder(keys, byKey(rows), (row) => row['version'] as Version)
  }

  /** Reads entries of any size, after a look at what they are together. */
  async #readLarge(
    scope: Scope,
    keys: readonly StorageKey[],
    signal: AbortSignal | undefined,
  ): Promise<RowsByKey> {
    const read = (): Promise<RowsByKey> =>
      this.#database.snapshot(async ({ run }) => {
        const sizes = byKey(await run(getEntries(keys.length), this.#valuesOf(scope, keys, -1)))
        mustFit(keys, sizes)
        return byKey(
          await run(getWholeEntries(keys.length), this.#valuesOf(scope, keys, limits.maxGetBytes)),
        )
      }, signal)
    return await retrying(read, { signal })
  }

  #valuesOf(scope: Scope, keys: readonly StorageKey[], mostBytes: number): StatementValues {
    return { ...scope, keys: [...new Set(keys)], now: this.#clock(), mostBytes }
  }

  #run(
    statement: Statement,
    values: StatementValues,
    signal: AbortSignal | undefined,
  ): Promise<readonly Row[]> {
    return retrying(() => this.#database.run(statement, values, signal), { signal })
  }
}

const nothing: Usage = { entries: 0, bytes: 0 }
const none: Readonly<Record<StoreName, Usage>> = { storage: nothing, persistent_store: nothing }

function toScope(row: Row): Scope {
  return { workspace: row['workspace'], plugin: row['plugin'], store: row['store'] } as Scope
}

function toUsage(row: Row): Usage {
  return { entries: Number(row['entries']), bytes: Number(row['bytes']) }
}

function byKey(rows: readonly Row[]): RowsByKey {
  return new Map(rows.map((row) => [row['key'] as StorageKey, row]))
}

function mustFit(keys: readonly StorageKey[], rows: RowsByKey): void {
  const bytes = keys.reduce((sum, key) => sum + Number(rows.get(key)?.['size'] ?? 0), 0)
  if (bytes > limits.maxGetBytes) throw getTooLarge(bytes)
}

/** One item of its own for each key, even where the same is asked for twice. */
function inOrder<Item>(
  keys: readonly StorageKey[],
  rows: RowsByKey,
  toItem: (row: Row) => Item,
): readonly (Item | null)[] {
  return keys.map((key) => {
    const row = rows.get(key)
    return row === undefined ? null : toItem(row)
  })
}
