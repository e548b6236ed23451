import { type CallOptions, HoldfastError, limits, type StorageDriver } from '@holdfast/core'
import type { Connection } from '../wire/connection.ts'
import { encodeError } from '../wire/error-codec.ts'
import { frameType, type FrameType } from '../wire/frame-type.ts'
import type { FrameWriter } from '../wire/frame-writer.ts'
import type { PayloadReader } from '../wire/payload-reader.ts'
import { ProtocolError } from '../wire/protocol-error.ts'
import {
  readCommit,
  readKeys,
  readQuery,
  readStore,
  writeEntries,
  writePage,
} from '../wire/storage-codec.ts'
import { wireLimits } from '../wire/wire-limits.ts'
import { GetBatch, type PendingGet } from './get-batch.ts'
import { ReadLane } from './read-lane.ts'
import type { ServedInvocation } from './served-invocation.ts'
import { servedReading } from './served-reading.ts'
import type { ServedStream } from './served-stream.ts'
import { servedUpload } from './served-upload.ts'
import { servedWatch } from './served-watch.ts'

/** Finds the live invocation of a token. */
export type InvocationFinder = (token: Buffer) => ServedInvocation | undefined

/**
 * Serves the calls of one plugin's process to its stores. The scope of a call is that of the
 * invocation whose token it bears: nothing in a message names a scope.
 */
export class StorageServer {
  readonly #connection: Connection
  readonly #driver: StorageDriver
  readonly #find: InvocationFinder
  readonly #reads = new ReadLane()
  /** Made once, for a plugin may ask for it very often. */
  readonly #invocationOver = new HoldfastError(
    'INVOCATION_CLOSED',
    'The call to a store belongs to no invocation that is running. Await all work before invoke() ends.',
  )
  readonly #gets = new GetBatch((gets) => this.#readTogether(gets))
  /** Calls in flight, with the bytes that they count for. */
  readonly #open = new Map<number, number>()
  readonly #streams = new Map<number, ServedStream>()
  #bytes = 0
  #isPaused = false

  constructor(connection: Connection, driver: StorageDriver, find: InvocationFinder) {
    this.#connection = connection
    this.#driver = driver
    this.#find = find
  }

  /**
   * Takes a message of the plugin about a call.
   *
   * @throws {@link ProtocolError} and other errors for what the protocol does not allow
   */
  handle(type: FrameType, id: number, payload: PayloadReader): void {
    switch (type) {
      case frameType.get:
      case frameType.commit:
      case frameType.list:
      case frameType.readStream:
      case frameType.writeStream:
      case frameType.watch:
        this.#begin(type, id, payload)
        break
      case frameType.cancelCall:
        this.#streams.get(id)?.cancel()
        this.#release(id)
        break
      default:
        // What was on its way when the stream ended is passed over.
        this.#streams.get(id)?.handle(type, payload)
        if (type === frameType.stop) this.#release(id)
    }
  }

  /** Ends what is open, for the process is gone. */
  close(): void {
    for (const stream of this.#streams.values()) stream.cancel()
    this.#reads.clear()
  }

  #begin(type: FrameType, id: number, payload: PayloadReader): void {
    const size = payload.remaining
    if (this.#open.has(id)) throw new ProtocolError(`a call with the number ${id}, which is taken`)
    const calls = this.#open.size - this.#streams.size
    if (!isStream(type) && calls >= wireLimits.maxCallsInFlight) {
      throw new ProtocolError(`more than ${wireLimits.maxCallsInFlight} calls in flight`)
    }
    // One may be as large as a message; what its keys take is allowed for.
    if (calls > 0 && this.#bytes + size > 2 * wireLimits.maxMessageBytes) {
      throw new ProtocolError('more bytes of calls in flight than there may be')
    }
    const invocation = this.#find(payload.fixed(wireLimits.tokenBytes))
    const deadlineAt = payload.f64()
    if (!Number.isFinite(deadlineAt)) throw new ProtocolError(`a deadline at ${deadlineAt}`)
    const options = deadlineAt === 0 ? undefined : { deadlineAt }
    this.#open.set(id, size)
    this.#bytes += size
    if (invocation === undefined) this.#fail(id, this.#invocationOver)
    else this.#serve(type, id, payload, invocation, options)
  }

  #serve(
    type: FrameType,
    id: number,
    payload: PayloadReader,
    invocation: ServedInvocation,
    options: CallOptions | undefined,
  ): void {
    const { scope, quota } = invocation
    if (type !== frameType.get) this.#gets.flush()
    switch (type) {
      case frameType.get: {
        const place = { ...scope, store: readStore(payload) }
        const keys = readKeys(payload, limits.maxGetKeys)
        payload.end()
        const get = { id, keys, place, options }
        if (options === undefined) this.#gets.add(get)
        else this.#readTogether([get])
        break
      }
      case frameType.list: {
        const place = { ...scope, store: readStore(payload) }
        const query = readQuery(payload)
        payload.end()
        this.#reads.run(
          () => this.#driver.list(place, query, options),
          ({ entries }) => entries.reduce((sum, { value }) => sum + (value?.length ?? 0), 0),
          (page) => this.#answer(id, (to) => writePage(to, page)),
          (error) => this.#fail(id, error),
        )
        break
      }
      case frameType.commit: {
        const commit = readCommit(payload)
        payload.end()
        this.#driver.commit(scope, { ...commit, quota }, options).then(
          () => this.#answer(id, () => undefined),
          (error: unknown) => this.#fail(id, error),
        )
        break
      }
      default:
        this.#openStream(type, id, payload, invocation, options)
    }
  }

  /** Reads what several calls of one store ask for as one. */
  #readTogether(gets: readonly PendingGet[]): void {
    const [first] = gets
    if (first === undefined) return
    const { place, options } = first
    const keys = gets.length === 1 ? first.keys : gets.flatMap((get) => get.keys)
    this.#reads.run(
      () => this.#driver.get(place, keys, options),
      (entries) => entries.reduce((sum, entry) => sum + (entry?.size ?? 0), 0),
      (entries) => {
        let at = 0
        for (const { id, keys: own } of gets) {
          const some = gets.length === 1 ? entries : entries.slice(at, at + own.length)
          at += own.length
          this.#answer(id, (to) => writeEntries(to, some))
        }
      },
      (error) => {
        // It may be that only all together were too much, or that one of them is at fault.
        if (gets.length > 1) for (const get of gets) this.#readTogether([get])
        else this.#fail(first.id, error)
      },
    )
  }

  #openStream(
    type: FrameType,
    id: number,
    payload: PayloadReader,
    invocation: ServedInvocation,
    options: CallOptions | undefined,
  ): void {
    if (this.#streams.size >= wireLimits.maxStreamsInFlight) {
      throw new ProtocolError(`more than ${wireLimits.maxStreamsInFlight} streams at once`)
    }
    const cancelled = new AbortController()
    const call = {
      id,
      connection: this.#connection,
      driver: this.#driver,
      invocation,
      options: {
        ...options,
        signal: AbortSignal.any([invocation.lifetime, cancelled.signal]),
      },
      cancel: () => cancelled.abort(),
      end: () => this.#release(id),
      fail: (error: unknown) => this.#fail(id, error),
    }
    if (type === frameType.readStream) this.#streams.set(id, servedReading(call, payload))
    else if (type === frameType.writeStream) this.#streams.set(id, servedUpload(call, payload))
    else this.#streams.set(id, servedWatch(call, payload))
    payload.end()
  }

  #answer(id: number, write: (to: FrameWriter) => void): void {
    this.#forget(id)
    const frame = this.#connection.begin(frameType.result, id)
    write(frame)
    frame.end()
    this.#waitIfCongested()
  }

  #fail(id: number, error: unknown): void {
    this.#release(id)
    const json = encodeError(error, driverFailure)
    const frame = this.#connection.begin(frameType.failure, id)
    frame.text(json).end()
    this.#waitIfCongested()
  }

  /** At once, for the plugin gives the place to its next stream without waiting for a word. */
  #release(id: number): void {
    this.#streams.delete(id)
    this.#forget(id)
  }

  #forget(id: number): void {
    this.#bytes -= this.#open.get(id) ?? 0
    this.#open.delete(id)
  }

  /** A plugin that does not take its answers gets no more of them ready. */
  #waitIfCongested(): void {
    if (this.#isPaused || !this.#connection.isCongested) return
    this.#isPaused = true
    this.#connection.pause()
    this.#reads.pause()
    void this.#connection.drained().then(() => {
      this.#isPaused = false
      this.#connection.resume()
      this.#reads.resume()
    })
  }
}

function isStream(type: FrameType): boolean {
  return type === frameType.readStream || type === frameType.writeStream || type === frameType.watch
}

function driverFailure(cause: unknown): HoldfastError {
  return new HoldfastError('DRIVER_FAILURE', 'The driver failed in a way that it does not know.', {
    cause,
  })
}
