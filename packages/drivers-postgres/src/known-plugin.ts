import {
  type EpochMs,
  type StorageKey,
  type StoreName,
  storeNames,
  type Usage,
} from '@holdfast/core'
import { toCounters, toNextExpiry, toStates } from './account-rows.ts'
import { keysNamedBy } from './commit-keys.ts'
import { type KeyState, type LedgerCommit, PluginLedger } from './plugin-ledger.ts'
import type { Row } from './sql-connection.ts'

/** What there is of keys, by store; `null` for a key that is known to be absent. */
export type KnownStates = Readonly<Record<StoreName, Map<StorageKey, KeyState | null>>>

/** What is known of a plugin for as long as nobody else writes, which its last commit tells. */
export interface KnownPlugin {
  /** The transaction that wrote last. */
  readonly lastCommit: string
  /** Expired entries included. */
  readonly counters: Readonly<Record<StoreName, Usage>>
  readonly nextExpiry: EpochMs | null
  readonly states: KnownStates
}

/** What is known of a plugin after a ledger was written; what was known before is changed to that. */
export function toKnown(
  ledger: PluginLedger,
  lastCommit: string,
  states: KnownStates,
): KnownPlugin {
  for (const store of storeNames) {
    for (const [key, state] of ledger.states(store)) states[store].set(key, withoutValue(state))
    for (const key of ledger.removed(store)) states[store].set(key, null)
  }
  return { lastCommit, counters: ledger.counters, nextExpiry: ledger.nextExpiry, states }
}

function withoutValue({ size, version, createdAt, expiresAt, stream }: KeyState): KeyState {
  return { size, version, createdAt, expiresAt, stream }
}

/** Says of keys that they are absent. */
export function absent(keys: readonly StorageKey[]): KnownStates {
  const none = (): Map<StorageKey, null> => new Map(keys.map((key) => [key, null]))
  return { storage: none(), persistent_store: none() }
}

/** Adds what was read to what was known, if nobody has written between. */
export function addRead(known: KnownPlugin, read: KnownPlugin): KnownPlugin {
  if (known.lastCommit !== read.lastCommit) return read
  for (const store of storeNames) {
    for (const [key, state] of read.states[store]) known.states[store].set(key, state)
  }
  return known
}

/** Opens a ledger on what the commits are about. */
export function openKnown(
  known: KnownPlugin,
  commits: readonly LedgerCommit[],
  now: EpochMs,
): PluginLedger {
  const states = { storage: new Map(), persistent_store: new Map() } as const
  for (const { store, key } of commits.flatMap(keysNamedBy)) {
    const state = known.states[store].get(key)
    if (state) states[store].set(key, state)
  }
  const { counters, nextExpiry } = known
  return new PluginLedger({
    now,
    counters,
    nextExpiry,
    expiredBytes: 0,
    states: new Map(Object.entries(states) as [StoreName, Map<StorageKey, KeyState>][]),
    uploads: new Set(),
  })
}

/** What has been read of a plugin; `null` if nobody has written yet. */
export function toKnownPlugin(
  rows: readonly Row[],
  keys: readonly StorageKey[],
): KnownPlugin | null {
  const [account] = rows
  const lastCommit = account?.['last_commit']
  if (account === undefined || typeof lastCommit !== 'string') return null
  const found = toStates(rows.filter(({ key }) => key !== null))
  const statesOf = (store: StoreName): Map<StorageKey, KeyState | null> =>
    new Map(keys.map((key) => [key, found.get(store)?.get(key) ?? null]))
  return {
    lastCommit,
    counters: toCounters(account),
    nextExpiry: toNextExpiry(account),
    states: { storage: statesOf('storage'), persistent_store: statesOf('persistent_store') },
  }
}
