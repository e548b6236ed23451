import {
  type Check,
  compareKeys,
  decodeJson,
  encodeJson,
  type HoldfastError,
  isHoldfastError,
  mintVersion,
  type Put,
  type StorageKey,
} from '@holdfast/core'
import type {
  AtomicChange,
  AtomicPersistentStore,
  AtomicResult,
  AtomicStorage,
} from '../atomic-change.ts'
import type { PluginCommit } from '../invocation/plugin-storage.ts'
import { refuseNested, runningChanges } from '../invocation/running-change.ts'
import { AtomicPlan, type PlannedPut } from './atomic-plan.ts'
import { AtomicBytes, AtomicJson } from './atomic-store.ts'
import { detachable } from './detachable.ts'
import { getEntries } from './get-entries.ts'
import { nothingToPrepare, writeInOrder } from './in-order.ts'
import { addStep } from './increment.ts'
import { parseExpiry } from './parse-options.ts'
import { retryLostRaces } from './retry-lost-races.ts'
import type { OpenAccess } from './store-access.ts'

/** An increment of a key, on top of what was read of it. */
interface Sum {
  readonly number: number
  readonly put: Put
  /** That nobody has written the key since, whatever else the author checks of it. */
  readonly check: Check
}

/** `session.atomic()`. */
export class AtomicCommit implements AtomicChange {
  readonly storage: AtomicStorage
  readonly persistent_store: AtomicPersistentStore
  readonly #plan = new AtomicPlan()
  readonly #open: OpenAccess

  /** @param open asked when the change is committed */
  constructor(open: OpenAccess) {
    this.#open = open
    this.storage = detachable(new AtomicBytes(this.#plan))
    this.persistent_store = detachable(new AtomicJson(this.#plan))
  }

  async commit(): Promise<AtomicResult> {
    this.#plan.seal()
    const { storage, signal } = this.#open()
    refuseNested(storage, 'storage', this.#plan.changed('storage'))
    refuseNested(storage, 'persistent_store', this.#plan.changed('persistent_store'))
    const puts = this.#plan.puts.map((put) => this.#toPut(put))
    const keys = [...this.#plan.increments.keys()].toSorted(compareKeys)
    let sums: readonly Sum[] = []
    const attempt = async (): Promise<boolean> => {
      // Where nothing is to be read first, it is pending before anything else is called.
      if (keys.length > 0) {
        sums = await this.#addUp(keys).catch((error: unknown) => this.#afterChecks(error))
      }
      return await this.#commitIfUnchanged(puts, sums)
    }
    await this.#inTurns(keys, () => retryLostRaces(keys, signal, attempt))
    return toResult(puts, sums)
  }

  /**
   * Runs an update when it has the turns of all its keys. All take them in one order, so that no two
   * wait for one another; and in the function of an update nobody waits, as in an update itself.
   */
  #inTurns(keys: readonly StorageKey[], update: () => Promise<void>): Promise<void> {
    const { storage, signal } = this.#open()
    const turns = runningChanges().length > 0 ? [] : keys
    const run = turns.reduceRight<() => Promise<void>>(
      (next, key) => () => storage.inTurn('persistent_store', key, next, { signal }),
      update,
    )
    return run()
  }

  async #addUp(keys: readonly StorageKey[]): Promise<readonly Sum[]> {
    const store = 'persistent_store'
    const entries = await getEntries(this.#open, store, keys)
    return keys.map((key, index) => {
      const entry = entries[index] ?? null
      const step = this.#plan.increments.get(key) ?? 0
      const number = addStep(key, entry === null ? undefined : decodeJson(entry.value), step)
      const { expiresAt = null, contentType = null } = entry ?? {}
      const value = encodeJson(number)
      return {
        number,
        put: { store, key, value, version: mintVersion(), expiresAt, contentType },
        check: { store, key, version: entry?.version ?? null },
      }
    })
  }

  /** Whether nobody was faster with what is incremented. */
  async #commitIfUnchanged(puts: readonly Put[], sums: readonly Sum[]): Promise<boolean> {
    const { checks, deletes } = this.#plan
    const unchanged = sums.map(({ check }) => check)
    const commit = {
      // The author's come first, so that the error is about one of them if one of them fails.
      checks: [...checks, ...unchanged],
      puts: [...puts, ...sums.map(({ put }) => put)],
      deletes,
    }
    if (commit.checks.length + commit.puts.length + deletes.length === 0) return true
    try {
      await this.#send(commit)
      return true
    } catch (error) {
      if (!isHoldfastError(error, 'VERSION_MISMATCH')) throw error
      const isAbout = (check: Check): boolean => isCheckOf(error, check)
      if (unchanged.some(isAbout) && !checks.some(isAbout)) return false
      throw error
    }
  }

  /** Says which check failed, if one did, before what stands in the way of an increment. */
  async #afterChecks(error: unknown): Promise<never> {
    const { checks } = this.#plan
    if (checks.length > 0) await this.#send({ checks, puts: [], deletes: [] })
    throw error
  }

  async #send(commit: PluginCommit): Promise<void> {
    await writeInOrder(this.#open, commit, nothingToPrepare, async () => {
      const { storage, signal } = this.#open()
      await storage.commit(commit, { signal })
    })
  }

  #toPut({ expiresInMs, ...put }: PlannedPut): Put {
    const expiresAt = parseExpiry(expiresInMs, () => this.#open().clock()) ?? null
    return { ...put, version: mintVersion(), expiresAt }
  }
}

function isCheckOf(
  { context }: Pick<HoldfastError, 'context'>,
  { store, key, version }: Check,
): boolean {
  return context['store'] === store && context['key'] === key && context['expected'] === version
}

function toResult(puts: readonly Put[], sums: readonly Sum[]): AtomicResult {
  const all = [...puts, ...sums.map(({ put }) => put)]
  const versionsOf = (store: Put['store']): Map<string, Put['version']> =>
    new Map(all.filter((put) => put.store === store).map(({ key, version }) => [key, version]))
  return {
    versions: { storage: versionsOf('storage'), persistent_store: versionsOf('persistent_store') },
    numbers: new Map(sums.map(({ number, put }) => [put.key, number])),
  }
}
