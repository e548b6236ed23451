import {
  type CallOptions,
  type Commit,
  type Entry,
  isHoldfastError,
  parsePluginId,
  parseVersion,
  parseWorkspaceId,
  type PluginScope,
  type Scope,
  type StorageDriver,
  type StorageKey,
  type Version,
} from '@holdfast/core'
import { monotonicNow } from './monotonic-now.ts'
import type { Completion } from './operation.ts'
import type { Pace } from './pace.ts'
import type { HistoryRecorder, RecordedCompletion, RecordedRequest } from './recorded-operation.ts'
import type { SeededRandom } from './seeded-random.ts'

const target: PluginScope = {
  workspace: parseWorkspaceId('linearizability'),
  plugin: parsePluginId('workload'),
}
const scope: Scope = { ...target, store: 'storage' }

/** What share of the commits is aborted while they are on their way. */
const abortedShare = 0.03

/** A client of the store under test that has one operation in flight at a time and notes all it does. */
export class RecordingClient {
  readonly id: number
  readonly random: SeededRandom
  readonly #pace: Pace
  readonly #driver: StorageDriver
  readonly #recorder: HistoryRecorder
  #versions = 0

  constructor(
    driver: StorageDriver,
    recorder: HistoryRecorder,
    identity: { readonly id: number; readonly random: SeededRandom; readonly pace: Pace },
  ) {
    this.#driver = driver
    this.#recorder = recorder
    this.id = identity.id
    this.random = identity.random
    this.#pace = identity.pace
  }

  /** Makes a version that no other client makes, and that a reader of a report can tell apart. */
  nextVersion(): Version {
    return parseVersion(`${this.id}-${++this.#versions}`)
  }

  /** Lets some others go first. */
  pause(): Promise<void> {
    return this.#pace.pause(this.random)
  }

  /** Does an operation and notes it. Resolves to its answer; to `null` where there was none. */
  async record<Output extends (RecordedCompletion & { readonly outcome: 'ok' })['output']>(
    request: RecordedRequest,
    run: () => Promise<Output>,
  ): Promise<Output | null> {
    const begun = { ...request, client: this.id, invokedAt: monotonicNow() }
    const id = this.#recorder.begin(begun)
    try {
      const output = await run()
      this.#recorder.end(id, { outcome: 'ok', output, returnedAt: monotonicNow() })
      return output
    } catch (error) {
      this.#recorder.end(id, toFailure(error))
      return null
    }
  }

  /** By which call to read next: both must show the same. */
  chooseReader(): 'get' | 'list' {
    return this.random.chance(0.25) ? 'list' : 'get'
  }

  async read(key: StorageKey, by: 'get' | 'list'): Promise<ReadEntry | null> {
    if (by === 'get') {
      const [entry] = await this.#driver.get(scope, [key])
      return entry ? toReadEntry(entry) : null
    }
    // The first key with a prefix, in order, is the prefix itself if that is there.
    const query = { prefix: key, limit: 1, keysOnly: false }
    let page = await this.#driver.list(scope, { ...query, cursor: null })
    while (page.entries.length === 0 && page.cursor !== null) {
      page = await this.#driver.list(scope, { ...query, cursor: page.cursor })
    }
    const [entry] = page.entries
    return entry?.key === key ? toReadEntry(entry) : null
  }

  async put(
    key: StorageKey,
    { version, value }: ReadEntry,
    expected: Version | null | undefined,
  ): Promise<CommitResult> {
    const bytes = new TextEncoder().encode(value)
    const put = {
      store: scope.store,
      key,
      value: bytes,
      version,
      expiresAt: null,
      contentType: null,
    }
    return await this.#commit(key, expected, { puts: [put] })
  }

  async delete(key: StorageKey, expected: Version | null | undefined): Promise<CommitResult> {
    return await this.#commit(key, expected, { deletes: [{ store: scope.store, key }] })
  }

  async #commit(
    key: StorageKey,
    expected: Version | null | undefined,
    change: Partial<Commit>,
  ): Promise<CommitResult> {
    const checks = expected === undefined ? [] : [{ store: scope.store, key, version: expected }]
    const commit = { checks, puts: [], deletes: [], quota: null, ...change }
    try {
      await this.#driver.commit(target, commit, this.#chooseAbort())
      return { isDone: true }
    } catch (error) {
      if (!isHoldfastError(error, 'VERSION_MISMATCH')) throw error
      const { current } = error.context
      return { isDone: false, current: typeof current === 'string' ? parseVersion(current) : null }
    }
  }

  #chooseAbort(): CallOptions | undefined {
    if (!this.random.chance(abortedShare)) return undefined
    const controller = new AbortController()
    void this.pause().then(() => controller.abort())
    return { signal: controller.signal }
  }
}

/** What a workload looks at of an entry; the value as text. */
export interface ReadEntry {
  readonly version: Version
  readonly value: string
}

/** Whether a commit was done, or else which version its check met. */
export type CommitResult =
  | { readonly isDone: true }
  | { readonly isDone: false; readonly current: Version | null }

function toReadEntry({
  version,
  value,
}: Pick<Entry, 'version'> & { readonly value: Uint8Array | null }): ReadEntry {
  return { version, value: new TextDecoder().decode(value ?? undefined) }
}

/** By the contract, nothing of a call that rejects with another code than this was or will be applied. */
function toFailure(error: unknown): Completion<never> {
  const returnedAt = monotonicNow()
  if (!isHoldfastError(error)) return { outcome: 'unknown', error: String(error), returnedAt }
  const outcome = error.code === 'OUTCOME_UNKNOWN' ? 'unknown' : 'failed'
  return { outcome, error: error.code, returnedAt }
}
