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
import { frameType, type FrameType } from '../wire/frame-type.ts'
import type { FrameWriter } from '../wire/frame-writer.ts'
import type { PayloadReader } from '../wire/payload-reader.ts'
import {
  readEntries,
  readPage,
  writeCommit,
  writeKeys,
  writeNumber,
  writeQuery,
  writeStore,
} from '../wire/storage-codec.ts'
import type { CallRequest, WireCalls } from './wire-calls.ts'
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
    scope: Scope,
    keys: readonly StorageKey[],
    options?: CallOptions,
  ): Promise<readonly (Entry | null)[]> {
    const write = (to: FrameWriter): void => {
      writeStore(to, scope.store)
      writeKeys(to, keys)
    }
    return this.#ask(frameType.get, scope, options, write, (from) => readEntries(from, keys))
  }

  commit(target: PluginScope, commit: Commit, options?: CallOptions): Promise<void> {
    const { puts } = commit
    const given = this.#calls.isFull
      ? { ...commit, puts: puts.map((put) => ({ ...put, value: put.value.slice() })) }
      : commit
    const bytes = puts.reduce((sum, { value }) => sum + value.length, 0)
    const write = (to: FrameWriter): void => writeCommit(to, given)
    return this.#ask(frameType.commit, target, options, write, () => undefined, bytes)
  }

  list(scope: Scope, query: ListQuery, options?: CallOptions): Promise<ListPage> {
    const write = (to: FrameWriter): void => {
      writeStore(to, scope.store)
      writeQuery(to, query)
    }
    return this.#ask(frameType.list, scope, options, write, readPage)
  }

  readStream(
    scope: Scope,
    key: StorageKey,
    range: ByteRange | null,
    options?: CallOptions,
  ): Promise<EntryStream | null> {
    const write = (to: FrameWriter): void => {
      writeStore(to, scope.store)
      to.text(key)
        .f64(range?.start ?? 0)
        .optional(range?.end ?? null, writeNumber)
    }
    const request = this.#request(frameType.readStream, scope, options, write, { isStream: true })
    return openReading(this.#connection, this.#calls, request, options?.signal)
  }

  writeStream(scope: Scope, put: StreamPut, options?: CallOptions): Promise<void> {
    const request = this.#request(frameType.writeStream, scope, options, () => undefined, {
      isStream: true,
    })
    return sendUpload(this.#connection, this.#calls, request, scope.store, put, options?.signal)
  }

  watch(
    scope: Scope,
    keys: readonly StorageKey[],
    options?: CallOptions,
  ): AsyncIterable<readonly (ListedEntry | null)[]> {
    const write = (to: FrameWriter): void => {
      writeStore(to, scope.store)
      writeKeys(to, keys)
    }
    const request = this.#request(frameType.watch, scope, undefined, write, { isStream: true })
    return watchOverWire(this.#connection, this.#calls, request, options?.signal)
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

  #ask<Result>(
    type: FrameType,
    target: PluginScope,
    options: CallOptions | undefined,
    write: (to: FrameWriter) => void,
    read: (from: PayloadReader) => Result,
    bytes = 0,
  ): Promise<Result> {
    const request = this.#request(type, target, options, write, { bytes })
    return new Promise((resolve, reject) => {
      const call = {
        id: this.#calls.nextId(),
        onResult: (result: PayloadReader) => resolve(read(result)),
        onFailure: reject,
      }
      this.#calls.begin(call, request)
      const signal = options?.signal
      // The caller is told by `manageDriver`; what is still waiting here need not go.
      signal?.addEventListener('abort', () => this.#calls.cancel(call), { once: true })
    })
  }

  #request(
    type: FrameType,
    { workspace }: PluginScope,
    options: CallOptions | undefined,
    write: (to: FrameWriter) => void,
    { isStream = false, bytes = 0 }: Partial<Pick<CallRequest, 'isStream' | 'bytes'>>,
  ): CallRequest {
    const deadlineAt = options?.deadlineAt ?? 0
    return { type, workspace, deadlineAt, isStream, bytes, write }
  }
}
