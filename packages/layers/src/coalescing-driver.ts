import {
  type ByteRange,
  type CallOptions,
  type Capabilities,
  type Commit,
  type Entry,
  type EntryStream,
  type EpochMs,
  type ListedEntry,
  type ListPage,
  type ListQuery,
  type PendingWrites,
  type PluginScope,
  type Scope,
  type ScopesPage,
  type ScopesQuery,
  type StorageDriver,
  type StorageKey,
  storeNames,
  type StreamPut,
  type Usage,
} from '@holdfast/core'
import { callAfter } from './call-after.ts'
import { type BatchLimits, CommitQueue } from './commit-queue.ts'
import { GetQueue } from './get-queue.ts'
import { KnownUsage } from './known-usage.ts'

/** See {@link coalesce}. */
export class CoalescingDriver implements StorageDriver {
  readonly name: string
  readonly capabilities: Capabilities
  readonly #driver: StorageDriver
  readonly #limits: BatchLimits
  readonly #usage: KnownUsage
  /** By their scope, the gets of this tick. */
  readonly #gets = new Map<string, GetQueue>()
  /** By their plugin and workspace, the commits that have yet to settle. */
  readonly #commits = new Map<string, CommitQueue>()
  /** Those that have something to send. */
  readonly #ready = new Set<CommitQueue>()
  #isScheduled = false
  /** Those who wait until the gets of this tick have been sent. */
  #waiting: (() => void)[] = []

  constructor(driver: StorageDriver, batchLimits: BatchLimits) {
    this.#driver = driver
    this.#limits = batchLimits
    this.#usage = new KnownUsage(driver)
    this.name = `coalesced ${driver.name}`
    this.capabilities = driver.capabilities
  }

  async open(): Promise<void> {
    // Without the signal: a managed driver goes on to open when its caller has given up.
    await this.#driver.open()
  }

  async close(): Promise<void> {
    await this.#driver.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  get(
    scope: Scope,
    keys: readonly StorageKey[],
    options?: CallOptions,
  ): Promise<readonly (Entry | null)[]> {
    return this.#afterWritesOf(scope, keys, options, () => this.#getQueue(scope).add(keys, options))
  }

  commit(target: PluginScope, commit: Commit, options?: CallOptions): Promise<void> {
    return this.#commitQueue(target).add(commit, options)
  }

  list(scope: Scope, query: ListQuery, options?: CallOptions): Promise<ListPage> {
    const before = this.#pendingIn(scope)?.beforeListing(scope.store, query.prefix) ?? null
    return callAfter(before, options?.signal, () => this.#driver.list(scope, query, options))
  }

  usage(scope: Scope, options?: CallOptions): Promise<Usage> {
    const before = this.#pendingIn(scope)?.beforeListing(scope.store, '') ?? null
    return callAfter(before, options?.signal, () => this.#driver.usage(scope, options))
  }

  scopes(query: ScopesQuery, options?: CallOptions): Promise<ScopesPage> {
    const before = [...this.#commits.values()].flatMap(({ pending }) =>
      storeNames.flatMap((store) => pending.beforeListing(store, '') ?? []),
    )
    const all = before.length === 0 ? null : Promise.all(before).then(() => undefined)
    return callAfter(all, options?.signal, () => this.#driver.scopes(query, options))
  }

  async clear(scope: Scope, options?: CallOptions): Promise<Usage> {
    const queue = this.#commitQueue(scope)
    const write = queue.pending.beginClear(scope.store)
    try {
      return await callAfter(write.before, options?.signal, async () => {
        await this.#getsSent()
        return await this.#driver.clear(scope, options)
      })
    } finally {
      write.end()
      this.#schedule(queue)
    }
  }

  sweep(now: EpochMs, options?: CallOptions): Promise<Usage> {
    return this.#driver.sweep(now, options)
  }

  readStream(
    scope: Scope,
    key: StorageKey,
    range: ByteRange | null,
    options?: CallOptions,
  ): Promise<EntryStream | null> {
    return this.#afterWritesOf(scope, [key], options, () =>
      this.#driver.readStream(scope, key, range, options),
    )
  }

  async writeStream(scope: Scope, put: StreamPut, options?: CallOptions): Promise<void> {
    try {
      // Nobody waits for it in turn: a stream may take what time it likes.
      await this.#afterWritesOf(scope, [put.key], options, async () => {
        await this.#getsSent()
        await this.#driver.writeStream(scope, put, options)
      })
    } finally {
      this.#usage.hasWritten(scope, put.quota)
    }
  }

  async *watch(
    scope: Scope,
    keys: readonly StorageKey[],
    options?: CallOptions,
  ): AsyncGenerator<readonly (ListedEntry | null)[], void> {
    await this.#afterWritesOf(scope, keys, options, () => Promise.resolve())
    yield* this.#driver.watch(scope, keys, options)
  }

  /** Calls when the writes of keys have settled that were called before. */
  #afterWritesOf<Result>(
    scope: Scope,
    keys: readonly StorageKey[],
    options: CallOptions | undefined,
    call: () => Promise<Result>,
  ): Promise<Result> {
    const before = this.#pendingIn(scope)?.beforeReading(scope.store, keys) ?? null
    return callAfter(before, options?.signal, call)
  }

  #pendingIn(scope: Scope): PendingWrites | undefined {
    return this.#commits.get(pluginIdOf(scope))?.pending
  }

  #getQueue(scope: Scope): GetQueue {
    const id = `${pluginIdOf(scope)} ${scope.store}`
    const queue = this.#gets.get(id) ?? new GetQueue(this.#driver, scope)
    this.#gets.set(id, queue)
    this.#schedule()
    return queue
  }

  #commitQueue({ workspace, plugin }: PluginScope): CommitQueue {
    const target = { workspace, plugin }
    const id = pluginIdOf(target)
    const existing = this.#commits.get(id)
    if (existing !== undefined) return existing
    const queue: CommitQueue = new CommitQueue({
      ...this.#limits,
      target,
      driver: this.#driver,
      usage: this.#usage,
      schedule: () => this.#schedule(queue),
    })
    this.#commits.set(id, queue)
    return queue
  }

  #schedule(queue?: CommitQueue): void {
    if (queue !== undefined) this.#ready.add(queue)
    if (this.#isScheduled) return
    this.#isScheduled = true
    process.nextTick(() => this.#flush())
  }

  /** Comes when the gets have been sent that were called before, for they are not to see what is next. */
  async #getsSent(): Promise<void> {
    if (this.#gets.size > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** Gets go first: what was called before a commit of the same tick is not to see it. */
  #flush(): void {
    this.#isScheduled = false
    for (const gets of this.#gets.values()) gets.flush()
    this.#gets.clear()
    for (const resolve of this.#waiting) resolve()
    this.#waiting = []
    for (const commits of this.#ready) {
      commits.flush()
      if (commits.isIdle) this.#commits.delete(pluginIdOf(commits.target))
    }
    this.#ready.clear()
  }
}

function pluginIdOf({ workspace, plugin }: PluginScope): string {
  return `${workspace} ${plugin}`
}
