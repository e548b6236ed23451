import type { Scope, StorageKey } from '@holdfast/core'
import { BatchQueue } from './batch-queue.ts'
import type { Row } from './sql-connection.ts'

/**
 * Reads the rows of keys of a scope, all as they were at one moment. The signal says that nobody waits
 * for them any more.
 */
export type ReadRows = (
  scope: Scope,
  keys: readonly StorageKey[],
  signal: AbortSignal | undefined,
) => Promise<RowsByKey>

/** The rows that are there, by key. */
export type RowsByKey = ReadonlyMap<StorageKey, Row>

/** Most keys that are read for several calls together. */
const maxBatchKeys = 128

/** While one is on its way back, the next is on its way there. */
const maxInFlight = 2

/** Puts the reads of a scope that come together into one statement. */
export class GetQueue {
  readonly #read: ReadRows
  readonly #scopes = new Map<string, BatchQueue<readonly StorageKey[], RowsByKey>>()

  constructor(read: ReadRows) {
    this.#read = read
  }

  /** Reads the rows of keys. The map may hold others, too, which were read with them. */
  add(
    scope: Scope,
    keys: readonly StorageKey[],
    signal: AbortSignal | undefined,
  ): Promise<RowsByKey> {
    const id = `${scope.workspace} ${scope.plugin} ${scope.store}`
    const queue = this.#scopes.get(id) ?? this.#begin(id, scope)
    return queue.add(keys, signal)
  }

  #begin(id: string, scope: Scope): BatchQueue<readonly StorageKey[], RowsByKey> {
    const queue = new BatchQueue<readonly StorageKey[], RowsByKey>({
      take: countThatFit,
      run: async (calls, signal) => {
        const keys = [...new Set(calls.flat())]
        const rows = await this.#read(scope, keys, signal)
        return calls.map(() => ({ status: 'fulfilled', value: rows }))
      },
      maxInFlight,
      onEmpty: () => this.#scopes.delete(id),
    })
    this.#scopes.set(id, queue)
    return queue
  }
}

function countThatFit(calls: readonly (readonly StorageKey[])[]): number {
  let keys = 0
  for (const [count, call] of calls.entries()) {
    keys += call.length
    if (count > 0 && keys > maxBatchKeys) return count
  }
  return calls.length
}
