import {
  type CallOptions,
  compareKeys,
  type Entry,
  getTooLarge,
  limits,
  type Scope,
  type StorageDriver,
  type StorageKey,
} from '@holdfast/core'
import { concernsAll } from './concerns-all.ts'
import { shareCall } from './shared-call.ts'

type Entries = readonly (Entry | null)[]

interface Waiting {
  readonly keys: readonly StorageKey[]
  readonly options: CallOptions | undefined
  readonly settle: PromiseWithResolvers<Entries>
}

/** The gets of a tick in one scope. */
export class GetQueue {
  readonly #driver: StorageDriver
  readonly #scope: Scope
  #waiting: Waiting[] = []

  constructor(driver: StorageDriver, scope: Scope) {
    this.#driver = driver
    this.#scope = scope
  }

  add(keys: readonly StorageKey[], options: CallOptions | undefined): Promise<Entries> {
    const settle = Promise.withResolvers<Entries>()
    this.#waiting.push({ keys: [...keys], options, settle })
    return settle.promise
  }

  /** Sends all that wait, in as few calls as the keys of one allow. */
  flush(): void {
    let batch: Waiting[] = []
    let keys = new Set<StorageKey>()
    for (const waiting of this.#waiting) {
      const others = waiting.keys.filter((key) => !keys.has(key))
      if (batch.length > 0 && keys.size + others.length > limits.maxGetKeys) {
        void this.#read(batch)
        batch = []
        keys = new Set()
      }
      for (const key of waiting.keys) keys.add(key)
      batch.push(waiting)
    }
    this.#waiting = []
    void this.#read(batch)
  }

  async #read(batch: readonly Waiting[]): Promise<void> {
    const calls = batch.filter(isWaitedFor)
    if (calls.length < 2) {
      for (const call of calls) await this.#readSingle(call)
      return
    }
    try {
      hand(calls, await this.#readTogether(calls))
    } catch (error) {
      if (concernsAll(error)) {
        const wasGivenUp = calls.every(({ options }) => options?.signal?.aborted === true)
        for (const { settle, options } of calls) {
          settle.reject(wasGivenUp ? options?.signal?.reason : error)
        }
        return
      }
      const middle = Math.ceil(calls.length / 2)
      await Promise.all([this.#read(calls.slice(0, middle)), this.#read(calls.slice(middle))])
    }
  }

  async #readSingle({ keys, options, settle }: Waiting): Promise<void> {
    try {
      settle.resolve(await this.#driver.get(this.#scope, keys, options))
    } catch (error) {
      settle.reject(error)
    }
  }

  async #readTogether(calls: readonly Waiting[]): Promise<ReadonlyMap<StorageKey, Entry | null>> {
    const keys = [...new Set(calls.flatMap((call) => call.keys))].toSorted(compareKeys)
    const shared = shareCall(calls.map(({ options }) => options))
    try {
      const entries = await this.#driver.get(this.#scope, keys, shared.options)
      return new Map(keys.map((key, index) => [key, entries[index] ?? null]))
    } finally {
      shared.end()
    }
  }
}

/** Gives each caller what it asked for, and nobody bytes that another has. */
function hand(calls: readonly Waiting[], entries: ReadonlyMap<StorageKey, Entry | null>): void {
  const handed = new Set<StorageKey>()
  const take = (key: StorageKey): Entry | null => {
    const entry = entries.get(key) ?? null
    if (entry === null || !handed.has(key)) {
      handed.add(key)
      return entry
    }
    return { ...entry, value: new Uint8Array(entry.value) }
  }
  for (const { keys, settle } of calls) {
    // A key that is asked for twice counts twice, which the driver below has not seen.
    const bytes = keys.reduce((sum, key) => sum + (entries.get(key)?.size ?? 0), 0)
    if (bytes > limits.maxGetBytes) settle.reject(getTooLarge(bytes))
    else settle.resolve(keys.map(take))
  }
}

function isWaitedFor({ options, settle }: Waiting): boolean {
  const signal = options?.signal
  if (signal?.aborted !== true) return true
  settle.reject(signal.reason)
  return false
}
