import {
  type ByteRange,
  type CallOptions,
  type Capabilities,
  type Commit,
  endableGenerator,
  type Entry,
  type EntryMetadata,
  type EntryStream,
  type EpochMs,
  HoldfastError,
  isHoldfastError,
  type ListedEntry,
  type ListPage,
  type ListQuery,
  type PluginScope,
  type Scope,
  type ScopesPage,
  type ScopesQuery,
  type StorageDriver,
  type StorageKey,
  type StreamPut,
  type Usage,
} from '@holdfast/core'
import { unpack } from '../fixtures/relay/parcel.ts'
import type { OpenCall, RelayClient, RelayedMethod } from './relay-client.ts'
import { RelayedSource } from './relayed-source.ts'
import type { ServedDriver } from './served-driver.ts'

/**
 * A driver whose calls are made inside a plugin of a host, each in an invocation of its own: what
 * comes of them has gone all the way from the plugin to the store and back. Calls that no plugin can
 * make go to the host's driver directly.
 */
export class RelayedDriver implements StorageDriver {
  readonly name: string
  readonly capabilities: Capabilities
  readonly #driver: ServedDriver
  readonly #relay: RelayClient
  readonly #inFlight = new Set<Promise<unknown>>()
  #closing: Promise<void> | undefined

  /**
   * @param driver the one that the host serves; opened and closed with this
   * @param relay calls the plugin
   */
  constructor(driver: ServedDriver, relay: RelayClient) {
    this.name = driver.name
    this.capabilities = driver.capabilities
    this.#driver = driver
    this.#relay = relay
  }

  open(options?: CallOptions): Promise<void> {
    return this.#driver.open(options)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** After the calls that were begun before, which may not have reached the driver yet. */
  async #close(): Promise<void> {
    if (this.#inFlight.size > 0) await Promise.allSettled(this.#inFlight)
    await this.#driver.close()
  }

  /** Ends what checks have left open, so that the host can be closed. */
  abandon(): void {
    this.#relay.end()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  usage(scope: Scope, options?: CallOptions): Promise<Usage> {
    return this.#driver.usage(scope, options)
  }

  scopes(query: ScopesQuery, options?: CallOptions): Promise<ScopesPage> {
    return this.#driver.scopes(query, options)
  }

  clear(scope: Scope, options?: CallOptions): Promise<Usage> {
    return this.#driver.clear(scope, options)
  }

  sweep(now: EpochMs, options?: CallOptions): Promise<Usage> {
    return this.#driver.sweep(now, options)
  }

  async get(
    { store, ...scope }: Scope,
    keys: readonly StorageKey[],
    options?: CallOptions,
  ): Promise<readonly (Entry | null)[]> {
    return (await this.#ask(scope, 'get', { store, keys }, options)) as readonly (Entry | null)[]
  }

  async list(
    { store, ...scope }: Scope,
    { prefix, cursor, limit, keysOnly }: ListQuery,
    options?: CallOptions,
  ): Promise<ListPage> {
    // JSON has no NaN, which is to be refused by who should refuse it.
    const argument = { store, query: { prefix, cursor, keysOnly }, limit: String(limit) }
    return (await this.#ask(scope, 'list', argument, options)) as ListPage
  }

  async commit(
    target: PluginScope,
    { checks, puts, deletes, quota }: Commit,
    options?: CallOptions,
  ): Promise<void> {
    const [put] = puts
    if (put !== undefined) this.#driver.quotas.set(put.version, quota)
    await this.#ask(target, 'commit', { commit: { checks, puts, deletes } }, options)
  }

  async readStream(
    scope: Scope,
    key: StorageKey,
    range: ByteRange | null,
    options?: CallOptions,
  ): Promise<EntryStream | null> {
    const call = this.#relay.begin(scope, options)
    const fields = { ...call.fields, store: scope.store, key, range: range && { ...range } }
    try {
      const response = await this.#relay.request(scope, '/read-stream', fields)
      if (response.status === 404) {
        call.end()
        return null
      }
      const metadata = decodeURIComponent(response.headers.get('x-metadata') ?? '')
      return { metadata: JSON.parse(metadata) as EntryMetadata, body: readBody(response, call) }
    } catch (error) {
      call.end()
      throw error
    }
  }

  async writeStream(
    scope: Scope,
    { body, quota, key, version, expiresAt, contentType, expected }: StreamPut,
    options?: CallOptions,
  ): Promise<void> {
    this.#driver.quotas.set(version, quota)
    const source = new RelayedSource(body)
    const call = this.#relay.begin(scope, options)
    const check = expected === undefined ? {} : { expected }
    const put = { key, version, expiresAt, contentType, ...check }
    try {
      const fields = { ...call.fields, store: scope.store, put }
      await this.#relay.request(scope, '/write-stream', fields, source.frames)
    } catch (error) {
      // The error of the source is its owner's, and not the copy that has come back of it.
      throw source.failure === undefined ? error : withCause(error, source.failure.thrown)
    } finally {
      call.end()
      source.end()
    }
  }

  async *watch(
    scope: Scope,
    keys: readonly StorageKey[],
    { signal }: CallOptions = {},
  ): AsyncGenerator<readonly (ListedEntry | null)[], void> {
    const parameters = { store: scope.store, keys: [...keys] }
    try {
      for await (const state of this.#relay.messages(scope, 'watch', parameters, signal)) {
        yield unpack(state) as readonly (ListedEntry | null)[]
      }
    } catch (error) {
      // The signal ends the invocation, for which that is an error; for a watch it is none.
      if (signal?.aborted !== true) throw error
    }
  }

  async #ask(
    scope: PluginScope,
    method: RelayedMethod,
    argument: Readonly<Record<string, unknown>>,
    options: CallOptions | undefined,
  ): Promise<unknown> {
    if (this.#closing !== undefined) await this.#closing
    const call = this.#relay.begin(scope, options)
    // It takes the argument at once, which is its caller's again when this has returned.
    const asking = this.#relay.ask(scope, method, { ...call.fields, ...argument })
    this.#inFlight.add(asking)
    try {
      return await asking
    } finally {
      this.#inFlight.delete(asking)
      call.end()
    }
  }
}

function readBody(response: Response, call: OpenCall): AsyncGenerator<Uint8Array, void> {
  const reader = response.body?.getReader()
  const end = (): void => {
    call.end()
    reader?.cancel().catch(() => undefined)
  }
  return endableGenerator(readPieces(reader, call, end), end)
}

async function* readPieces(
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
  call: OpenCall,
  end: () => void,
): AsyncGenerator<Uint8Array, void> {
  try {
    for (;;) {
      await call.aborting
      const step = await reader?.read()
      // It may all have been on its way when the plugin heard of it.
      if (call.aborting !== undefined && (step === undefined || step.done)) {
        throw new HoldfastError('ABORTED', 'The reader of the stream has aborted it.')
      }
      if (step === undefined || step.done) return
      if (call.aborting === undefined) yield step.value
    }
  } finally {
    end()
  }
}

function withCause(error: unknown, cause: unknown): unknown {
  if (!isHoldfastError(error, 'BODY_FAILED')) return error
  const { operation, context } = error
  return new HoldfastError('BODY_FAILED', error.message, {
    ...(operation === undefined ? {} : { operation }),
    context,
    cause,
  })
}
