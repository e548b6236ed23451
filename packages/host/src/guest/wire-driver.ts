import {
  type ByteRange,
  type CallOptions,
  type Capabilities,
  type Commit,
  type Entry,
  type EntryStream,
  HoldfastError,
  type ListedEntry,
  type ListPage,
  type ListQuery,
  type PluginScope,
  type Scope,
  type StorageDriver,
  type StorageKey,
  type StreamPut,
} from '@holdfast/core'
import type { Connection } from '../wire/connection.ts'
import { CommitCall, GetCall, ListCall, type UnaryCall } from './unary-call.ts'
import type { WireCalls } from './wire-calls.ts'
import { openReading } from './wire-reading.ts'
import { sendUpload } from './wire-upload.ts'
import { watchOverWire } from './wire-watch.ts'

/**
 * The stores of a plugin, from inside its process: a driver that asks the host. The workspace of a
 * scope is what {@link WireCalls.enter} has given for the invocation; which workspace and plugin that
 * is, the host alone knows. To be wrapped by `manageDriver`, which settles calls and holds them
 * against the limits here, as it would in the host's process.
 */
export class WireDriver implements StorageDriver {
  readonly name = 'host'
  readonly capabilities: Capabilities
  readonly #connection: Connection
  readonly #calls: WireCalls

  constructor(connection: Connection, calls: WireCalls, capabilities: Capabilities) {
    this.#connection = connection
    this.#calls = calls
    this.capabilities = capabilities
  }

  open(): Promise<void> {
    return Promise.resolve()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  get(
    { workspace, store }: Scope,
    keys: readonly StorageKey[],
    options?: CallOptions,
  ): Promise<readonly (Entry | null)[]> {
    return this.#ask(new GetCall(this.#calls, workspace, store, keys, options?.deadlineAt), options)
  }

  commit({ workspace }: PluginScope, commit: Commit, options?: CallOptions): Promise<void> {
    return this.#ask(new CommitCall(this.#calls, workspace, commit, options?.deadlineAt), options)
  }

  list({ workspace, store }: Scope, query: ListQuery, options?: CallOptions): Promise<ListPage> {
    return this.#ask(
      new ListCall(this.#calls, workspace, store, query, options?.deadlineAt),
      options,
    )
  }

  readStream(
    scope: Scope,
    key: StorageKey,
    range: ByteRange | null,
    options?: CallOptions,
  ): Promise<EntryStream | null> {
    return openReading(this.#connection, this.#calls, { scope, key, range }, options)
  }

  writeStream(scope: Scope, put: StreamPut, options?: CallOptions): Promise<void> {
    return sendUpload(this.#connection, this.#calls, scope, put, options)
  }

  watch(
    scope: Scope,
    keys: readonly StorageKey[],
    options?: CallOptions,
  ): AsyncIterable<readonly (ListedEntry | null)[]> {
    return watchOverWire(this.#connection, this.#calls, scope, keys, options?.signal)
  }

  usage(): Promise<never> {
    return this.#refuse('usage')
  }

  scopes(): Promise<never> {
    return this.#refuse('scopes')
  }

  clear(): Promise<never> {
    return this.#refuse('clear')
  }

  sweep(): Promise<never> {
    return this.#refuse('sweep')
  }

  /** What operators may ask, plugins may not. */
  #refuse(method: string): Promise<never> {
    return Promise.reject(
      new HoldfastError('UNSUPPORTED', `A plugin may not ask for ${method}; its operator may.`, {
        operation: `driver.${method}`,
      }),
    )
  }

  #ask<Result>(call: UnaryCall<Result>, options: CallOptions | undefined): Promise<Result> {
    // The caller is told by `manageDriver`; what is still waiting here need not go.
    options?.signal?.addEventListener('abort', () => this.#calls.cancel(call), { once: true })
    return call.ask(this.#calls)
  }
}
