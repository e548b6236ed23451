import type { CallOptions } from './call-options.ts'
import type { Capabilities } from './capabilities.ts'
import { checkCommit, checkExpiry } from './check-commit.ts'
import type { Commit, Usage } from './commit.ts'
import { namingSingleKey, unsupported } from './driver-errors.ts'
import type { ByteRange, EntryStream, StreamPut } from './entry-stream.ts'
import type { Entry, EpochMs } from './entry.ts'
import { HoldfastError } from './holdfast-error.ts'
import { isHoldfastError } from './is-holdfast-error.ts'
import { iterateUntilAborted } from './iterate-until-aborted.ts'
import { Lifetime } from './lifetime.ts'
import { limits } from './limits.ts'
import type { ListedEntry, ListPage, ListQuery, ScopesPage, ScopesQuery } from './list-query.ts'
import { checkRange, superviseSource, superviseStream } from './managed-streams.ts'
import { MisuseError } from './misuse-error.ts'
import type { PluginScope, Scope } from './scope.ts'
import { type CallEffect, outcomeUnknown, settleCall } from './settle-call.ts'
import type { StorageDriver } from './storage-driver.ts'
import type { StorageKey } from './storage-key.ts'

/**
 * Gives a driver what all drivers need alike, so that it holds nothing but storage:
 *
 * - it is opened and closed once, however often that is asked; a failed `open` may be tried again,
 *   and `close` comes only after an `open` that succeeded;
 * - an `open` that its caller gave up goes on: a later one joins it, and `close` aborts it;
 * - a call before `open` rejects with `DRIVER_NOT_OPEN`, after `close` with `DRIVER_CLOSED`;
 * - `close` waits for the calls in flight, but for no stream: bodies on their way in and out and
 *   watches end with `DRIVER_CLOSED`;
 * - a body, on its way in or out, is told to end whenever it will not be read (any further);
 * - calls are held against the limits of the capabilities before the driver sees them;
 * - calls settle by their deadline and signal, whatever the driver does;
 * - an error that is not Holdfast's is wrapped, once: `DRIVER_FAILURE` from a read, and
 *   `OUTCOME_UNKNOWN` from a write, for nobody knows how far it came.
 */
export function manageDriver(driver: StorageDriver): StorageDriver {
  return new ManagedDriver(driver)
}

class ManagedDriver implements StorageDriver {
  readonly name: string
  readonly capabilities: Capabilities
  readonly #driver: StorageDriver
  readonly #closed = new AbortController()
  readonly #inFlight = new Set<Promise<unknown>>()
  #opening: Promise<void> | undefined
  #closing: Promise<void> | undefined
  #isOpen = false

  constructor(driver: StorageDriver) {
    this.#driver = driver
    this.name = driver.name
    this.capabilities = driver.capabilities
  }

  async open(options?: CallOptions): Promise<void> {
    if (this.#closing !== undefined) throw this.#closedError('open')
    try {
      await settleCall('driver.open', 'read', options, () => this.#openOnce())
    } catch (error) {
      throw wrapForeign(error, 'driver.open', 'read')
    }
  }

  #openOnce(): Promise<void> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  async #open(): Promise<void> {
    // No caller's signal: several may wait for this one open.
    await this.#driver.open({ signal: this.#closed.signal })
    this.#isOpen = true
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#closed.abort(this.#closedError('open'))
    await this.#opening?.catch(() => undefined)
    await Promise.allSettled(this.#inFlight)
    if (!this.#isOpen) return
    try {
      await this.#driver.close()
    } catch (error) {
      throw wrapForeign(error, 'driver.close', 'read')
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  get(
    scope: Scope,
    keys: readonly StorageKey[],
    options?: CallOptions,
  ): Promise<readonly (Entry | null)[]> {
    return this.#call('get', 'read', options, (inner) => {
      atMost('keys', keys.length, 'A get', limits.maxGetKeys)
      return namingSingleKey(keys, this.#driver.get(scope, keys, inner))
    })
  }

  commit(target: PluginScope, commit: Commit, options?: CallOptions): Promise<void> {
    return this.#call('commit', 'write', options, (inner) => {
      checkCommit(commit, this.capabilities)
      return this.#driver.commit(target, commit, inner)
    })
  }

  list(scope: Scope, query: ListQuery, options?: CallOptions): Promise<ListPage> {
    return this.#call('list', 'read', options, (inner) => {
      checkLimit(query.limit)
      return this.#driver.list(scope, query, inner)
    })
  }

  usage(scope: Scope, options?: CallOptions): Promise<Usage> {
    return this.#call('usage', 'read', options, (inner) => this.#driver.usage(scope, inner))
  }

  scopes(query: ScopesQuery, options?: CallOptions): Promise<ScopesPage> {
    return this.#call('scopes', 'read', options, (inner) => {
      checkLimit(query.limit)
      return this.#driver.scopes(query, inner)
    })
  }

  clear(scope: Scope, options?: CallOptions): Promise<Usage> {
    return this.#call('clear', 'write', options, (inner) => this.#driver.clear(scope, inner))
  }

  sweep(now: EpochMs, options?: CallOptions): Promise<Usage> {
    // It changes nothing that anyone can see, so its outcome is never in doubt to anyone.
    return this.#call('sweep', 'read', options, (inner) => this.#driver.sweep(now, inner))
  }

  readStream(
    scope: Scope,
    key: StorageKey,
    range: ByteRange | null,
    options?: CallOptions,
  ): Promise<EntryStream | null> {
    return this.#readStream(scope, key, range, options)
  }

  async #readStream(
    scope: Scope,
    key: StorageKey,
    range: ByteRange | null,
    options: CallOptions | undefined,
  ): Promise<EntryStream | null> {
    // The deadline is for the opening; the signal is for the body, too.
    const lifetime = this.#lifetime('readStream', options?.signal)
    const end = (): void => lifetime.end()
    try {
      const stream = await this.#call('readStream', 'read', options, async (inner) => {
        if (this.capabilities.maxStreamBytes === 0) {
          throw unsupported(this.name, 'readStream', 'maxStreamBytes')
        }
        checkRange(range)
        const { signal } = lifetime
        const found = await this.#driver.readStream(scope, key, range, { ...inner, signal })
        // Where its caller has gone meanwhile, the lifetime is over, which ends the body at once.
        return found === null ? null : superviseStream(found, lifetime)
      })
      if (stream === null) end()
      else lifetime.endWith(stream.body)
      return stream
    } catch (error) {
      end()
      throw error
    }
  }

  async writeStream(scope: Scope, put: StreamPut, options?: CallOptions): Promise<void> {
    const { maxStreamBytes } = this.capabilities
    const lifetime = this.#lifetime('writeStream')
    const body = superviseSource(put, maxStreamBytes, lifetime)
    try {
      await this.#call('writeStream', 'write', options, (inner) => {
        if (maxStreamBytes === 0) throw unsupported(this.name, 'writeStream', 'maxStreamBytes')
        checkExpiry(put.key, put.expiresAt)
        lifetime.follow(inner?.signal)
        return this.#driver.writeStream(scope, { ...put, body }, inner)
      })
    } finally {
      // Who refused it may not have asked for a piece of it.
      lifetime.end()
    }
  }

  async *watch(
    scope: Scope,
    keys: readonly StorageKey[],
    options?: CallOptions,
  ): AsyncGenerator<readonly (ListedEntry | null)[], void> {
    this.#mustBeOpen('watch')
    if (this.capabilities.maxWatchedKeys === 0) {
      throw unsupported(this.name, 'watch', 'maxWatchedKeys')
    }
    atMost('keys', keys.length, 'A watch', this.capabilities.maxWatchedKeys)
    const lifetime = this.#lifetime('watch', options?.signal)
    const { signal } = lifetime
    try {
      yield* iterateUntilAborted(this.#driver.watch(scope, keys, { signal }), signal)
    } catch (error) {
      // The caller's signal is how a watch ends.
      if (options?.signal?.aborted === true) return
      throw signal.aborted ? signal.reason : wrapForeign(error, 'driver.watch', 'read')
    } finally {
      lifetime.end()
    }
  }

  /** Ends with a signal and with the driver. */
  #lifetime(method: string, signal?: AbortSignal): Lifetime {
    const lifetime = new Lifetime(`driver.${method}`)
    lifetime.follow(this.#closed.signal, () => this.#closedError(method))
    lifetime.follow(signal)
    return lifetime
  }

  async #call<Result>(
    method: string,
    effect: CallEffect,
    options: CallOptions | undefined,
    run: (options: CallOptions | undefined) => Promise<Result>,
  ): Promise<Result> {
    this.#mustBeOpen(method)
    const operation = `driver.${method}`
    try {
      return await settleCall(operation, effect, options, (inner) => this.#track(run(inner)))
    } catch (error) {
      throw wrapForeign(error, operation, effect)
    }
  }

  #track<Result>(call: Promise<Result>): Promise<Result> {
    this.#inFlight.add(call)
    const forget = (): boolean => this.#inFlight.delete(call)
    call.then(forget, forget)
    return call
  }

  #mustBeOpen(method: string): void {
    if (this.#closing !== undefined) throw this.#closedError(method)
    if (this.#isOpen) return
    throw new HoldfastError(
      'DRIVER_NOT_OPEN',
      `The ${this.name} driver is not open yet. Await its open() before ${method}().`,
      { operation: `driver.${method}` },
    )
  }

  #closedError(method: string): HoldfastError {
    return new HoldfastError(
      'DRIVER_CLOSED',
      `The ${this.name} driver is closed, so ${method}() cannot be served. Make a new driver to open the store again.`,
      { operation: `driver.${method}` },
    )
  }
}

function checkLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= limits.maxListLimit) return
  throw new HoldfastError(
    'INVALID_ARGUMENT',
    `The limit of a page is a whole number from 1 to ${limits.maxListLimit}; got ${limit}.`,
  )
}

function atMost(noun: string, count: number, call: string, most: number): void {
  if (count <= most) return
  throw new MisuseError('INVALID_ARGUMENT', `${call} takes at most ${most} ${noun}; got ${count}.`)
}

function wrapForeign(error: unknown, operation: string, effect: CallEffect): Error {
  if (isHoldfastError(error)) return error
  if (effect === 'write') return outcomeUnknown(operation, error)
  return new HoldfastError(
    'DRIVER_FAILURE',
    'The driver failed in a way that it does not know; its own error is the cause of this one.',
    { operation, cause: error },
  )
}
