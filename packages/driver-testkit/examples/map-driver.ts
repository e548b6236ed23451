import {
  type Clock,
  compareKeys,
  decodeCursor,
  encodeCursor,
  type Entry,
  entryBytes,
  fitsQuota,
  getTooLarge,
  limits,
  manageDriver,
  quotaExceeded,
  type Scope,
  type StorageDriver,
  type StorageKey,
  type Usage,
  versionMismatch,
} from '@holdfast/core'

/** What `holdfast --store ./map-driver.ts#LOCATION` calls. */
export function createDriver(_location: string): StorageDriver {
  return createMapDriver()
}

/** A driver over a `Map`. */
export function createMapDriver({ clock = Date.now }: { clock?: Clock } = {}): StorageDriver {
  /** By the id of the scope and the key. */
  let rows = new Map<string, Row>()
  const isLive = ({ entry }: Row, now = clock()): boolean => (entry.expiresAt ?? Infinity) > now
  const live = (idPrefix: string, all = rows): readonly Row[] =>
    [...all].flatMap(([id, row]) => (id.startsWith(idPrefix) && isLive(row) ? [row] : []))
  const find = (scope: Scope, key: StorageKey): Entry | null => {
    const row = rows.get(idOf(scope) + key)
    return row !== undefined && isLive(row) ? row.entry : null
  }

  return manageDriver({
    name: 'map',
    capabilities: {
      durability: 'none',
      shared: false,
      maxValueBytes: limits.maxValueBytes,
      maxCommitEntries: limits.maxCommitEntries,
      maxCommitBytes: limits.maxCommitBytes,
      maxStreamBytes: 0,
      maxWatchedKeys: 0,
    },

    open: async () => {},
    close: async () => rows.clear(),
    [Symbol.asyncDispose]: async () => rows.clear(),

    async get(scope, keys) {
      const found = keys.map((key) => find(scope, key))
      const bytes = found.reduce((sum, entry) => sum + (entry?.size ?? 0), 0)
      if (bytes > limits.maxGetBytes) throw getTooLarge(bytes)
      return found.map((entry) => entry && { ...entry, value: new Uint8Array(entry.value) })
    },

    // Nothing is awaited in here, so nothing comes between the checks and the writes.
    async commit({ workspace, plugin }, { checks, puts, deletes, quota }) {
      for (const check of checks) {
        const scope = { workspace, plugin, store: check.store }
        const current = find(scope, check.key)?.version ?? null
        if (current !== check.version) throw versionMismatch(check, current)
      }
      const after = new Map(rows)
      for (const { store, key } of deletes) after.delete(idOf({ workspace, plugin, store }) + key)
      for (const { store, value, ...put } of puts) {
        const scope = { workspace, plugin, store }
        const updatedAt = clock()
        const createdAt = find(scope, put.key)?.createdAt ?? updatedAt
        const copy = { size: value.byteLength, value: new Uint8Array(value) }
        const entry = { ...put, ...copy, createdAt, updatedAt }
        after.set(idOf(scope) + put.key, { scope, entry })
      }
      const bytesBefore = usageOf(live(`${workspace} ${plugin} `)).bytes
      const bytesAfter = usageOf(live(`${workspace} ${plugin} `, after)).bytes
      if (quota !== null && !fitsQuota(quota, bytesBefore, bytesAfter)) {
        throw quotaExceeded(quota, bytesAfter)
      }
      rows = after
    },

    async list(scope, { prefix, cursor, limit, keysOnly }) {
      const after = cursor === null ? '' : decodeCursor(cursor, 1).join()
      const matching = live(idOf(scope) + prefix)
        .map(({ entry }) => entry)
        .filter(({ key }) => compareKeys(key, after) > 0)
        .toSorted((left, right) => compareKeys(left.key, right.key))
      const entries = []
      let bytes = 0
      for (const entry of matching.slice(0, limit)) {
        entries.push({ ...entry, value: keysOnly ? null : new Uint8Array(entry.value) })
        bytes += keysOnly ? 0 : entry.size
        if (bytes >= limits.maxListPageBytes) break
      }
      const last = entries.at(-1)?.key ?? ''
      return { entries, cursor: entries.length < matching.length ? encodeCursor([last]) : null }
    },

    usage: async (scope) => usageOf(live(idOf(scope))),

    async scopes({ workspace, plugin, cursor, limit }) {
      const after = cursor === null ? '' : decodeCursor(cursor, 1).join()
      const held = [...new Map(live('').map(({ scope }) => [idOf(scope), scope]))]
        .filter(([id]) => id > after)
        .filter(([, scope]) => (workspace ?? scope.workspace) === scope.workspace)
        .filter(([, scope]) => (plugin ?? scope.plugin) === scope.plugin)
        .toSorted(([left], [right]) => (left < right ? -1 : 1))
      const page = held.slice(0, limit)
      const scopes = page.map(([id, scope]) => ({ scope, usage: usageOf(live(id)) }))
      const last = page.at(-1)?.[0] ?? ''
      return { scopes, cursor: scopes.length < held.length ? encodeCursor([last]) : null }
    },

    async clear(scope) {
      const removed = usageOf(live(idOf(scope)))
      rows = new Map([...rows].filter(([id]) => !id.startsWith(idOf(scope))))
      return removed
    },

    async sweep(now) {
      // Whatever time the caller has: what is alive by the driver's own clock stays.
      const gone = [...rows].filter(([, row]) => !isLive(row, Math.min(now, clock())))
      for (const [id] of gone) rows.delete(id)
      return usageOf(gone.map(([, row]) => row))
    },

    // What the capabilities deny, manageDriver refuses before it comes here.
    readStream: async () => null,
    writeStream: async () => {},
    async *watch() {},
  })
}

type Row = { readonly scope: Scope; readonly entry: Entry }

function usageOf(rows: readonly Row[]): Usage {
  const bytes = rows.reduce((sum, { entry }) => sum + entryBytes(entry.key, entry.size), 0)
  return { entries: rows.length, bytes }
}

/** No id has a space in it, and none of their characters comes before the space. */
function idOf({ workspace, plugin, store }: Scope): string {
  return `${workspace} ${plugin} ${store} `
}
