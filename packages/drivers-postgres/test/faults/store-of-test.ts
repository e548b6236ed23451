import {
  type Commit,
  type Entry,
  isHoldfastError,
  mintVersion,
  parsePluginId,
  parseStorageKey,
  parseWorkspaceId,
  type PluginScope,
  type Put,
  type Scope,
  type StorageDriver,
  type StorageKey,
  type Version,
} from '@holdfast/core'
import { expect } from 'vitest'

export const target: PluginScope = {
  workspace: parseWorkspaceId('acme'),
  plugin: parsePluginId('notes'),
}
export const scope: Scope = { ...target, store: 'storage' }

export function put(key: string, value: Uint8Array | string, version = mintVersion()): Put {
  return {
    store: 'storage',
    key: parseStorageKey(key),
    value: typeof value === 'string' ? new TextEncoder().encode(value) : value,
    version,
    expiresAt: null,
    contentType: null,
  }
}

export function commitOf(...puts: readonly Put[]): Commit {
  return { checks: [], puts, deletes: [], quota: null }
}

/** Everything that a scope holds. */
export async function listAll(driver: StorageDriver): Promise<ReadonlyMap<StorageKey, Entry>> {
  const found = new Map<StorageKey, Entry>()
  let cursor: Awaited<ReturnType<StorageDriver['list']>>['cursor'] = null
  do {
    const page = await driver.list(scope, { prefix: '', cursor, limit: 1000, keysOnly: false })
    for (const { value, ...metadata } of page.entries) {
      if (value !== null) found.set(metadata.key, { ...metadata, value })
    }
    cursor = page.cursor
  } while (cursor !== null)
  return found
}

/** Holds the usage of a scope to be the sum over what is in it. */
export async function usageMustBeExact(driver: StorageDriver): Promise<void> {
  const entries = [...(await listAll(driver)).values()]
  const bytes = entries.reduce((sum, { key, size }) => sum + Buffer.byteLength(key) + size, 0)
  expect(await driver.usage(scope)).toEqual({ entries: entries.length, bytes })
}

/** How a write ended, as far as its caller was told. */
export type Outcome = 'applied' | 'refused' | 'unknown'

/** Awaits a write. What fails otherwise than an outage may is thrown. */
async function outcomeOf(write: Promise<unknown>): Promise<Outcome> {
  try {
    await write
    return 'applied'
  } catch (error) {
    if (isHoldfastError(error, 'OUTCOME_UNKNOWN')) return 'unknown'
    if (isHoldfastError(error, 'VERSION_MISMATCH')) return 'refused'
    if (isHoldfastError(error) && error.retryable) return 'refused'
    throw error
  }
}

/** Adds 1 to a number by compare-and-set, once, and says how that ended. */
export async function increment(driver: StorageDriver, key: string): Promise<Outcome> {
  const [entry] = await driver.get(scope, [parseStorageKey(key)])
  const next = put(key, String(countIn(entry) + 1))
  const check = { store: 'storage', key: next.key, version: entry?.version ?? null } as const
  return await outcomeOf(driver.commit(target, { ...commitOf(next), checks: [check] }))
}

/** Reads a number that `increment` adds to. */
export async function countOf(driver: StorageDriver, key: string): Promise<number> {
  const [entry] = await driver.get(scope, [parseStorageKey(key)])
  return countIn(entry)
}

function countIn(entry: Entry | null | undefined): number {
  return entry ? Number(new TextDecoder().decode(entry.value)) : 0
}

/**
 * What writers were told of their writes. Each key belongs to one writer, who writes it again only
 * when it knows how the last write ended.
 */
export class Ledger {
  readonly counts: Record<Outcome, number> = { applied: 0, refused: 0, unknown: 0 }
  readonly #told = new Map<
    StorageKey,
    { version: Version; outcome: Outcome; before: Version | null }
  >()

  /** Makes a write, and notes how it ended. */
  async write(driver: StorageDriver, key: string, value: Uint8Array): Promise<Outcome> {
    const change = put(key, value)
    const last = this.#told.get(change.key)
    if (last?.outcome === 'unknown') throw new Error('A key in doubt is not to be written.')
    const before =
      last === undefined ? null : last.outcome === 'applied' ? last.version : last.before
    const outcome = await outcomeOf(driver.commit(target, commitOf(change)))
    this.counts[outcome]++
    this.#told.set(change.key, { version: change.version, outcome, before })
    return outcome
  }

  /** Compares a store with what writers were told, and forgets their doubts. */
  async check(driver: StorageDriver, others: readonly string[] = []): Promise<void> {
    const found = await listAll(driver)
    for (const key of found.keys()) {
      if (!this.#told.has(key) && !others.includes(key)) throw new Error(`Nobody wrote ${key}.`)
    }
    for (const [key, { version, outcome, before }] of this.#told) {
      const is = found.get(key)?.version ?? null
      if (outcome === 'applied' && is !== version) throw new Error(`${key} was lost.`)
      if (outcome === 'refused' && is !== before) {
        throw new Error(`${key} was refused and is ${is === version ? 'there' : 'another'}.`)
      }
      if (outcome !== 'unknown') continue
      if (is !== version && is !== before) throw new Error(`${key} is neither old nor new.`)
      if (is === null) this.#told.delete(key)
      else this.#told.set(key, { version: is, outcome: 'applied', before: null })
    }
    await usageMustBeExact(driver)
  }
}
