import {
  describeValue,
  type ListedEntry,
  MisuseError,
  type StorageKey,
  type StoreName,
} from '@holdfast/core'
import type { WatchOptions } from '../store-options.ts'
import { beforeReading } from './in-order.ts'
import { parseKeys } from './parse-entries.ts'
import { checkOptions } from './parse-options.ts'
import type { OpenAccess } from './store-access.ts'

/** The store that a watch is of. */
export interface WatchTarget {
  readonly store: StoreName
  readonly open: OpenAccess
  readonly parseKey: (key: unknown) => StorageKey
}

/**
 * Watches keys of a store until the watch is left, its signal aborts or its invocation ends.
 *
 * @param toState what is yielded for the entries as they are
 */
export function watchKeys<State>(
  target: WatchTarget,
  keys: readonly string[],
  options: WatchOptions,
  toState: (entries: readonly (ListedEntry | null)[]) => State | Promise<State>,
): AsyncGenerator<State, void, void> {
  const end = new AbortController()
  async function* states(): AsyncGenerator<State, void, void> {
    checkOptions(options, 'watch', ['signal'])
    const parsed = parseKeys(keys, 'watch', target.parseKey)
    const before = beforeReading(target.open, target.store, parsed)
    if (before !== null) await before
    const { storage, lifetime } = target.open()
    const signal = AbortSignal.any([lifetime, end.signal, ...parseSignal(options)])
    for await (const entries of storage.watch(target.store, parsed, { signal })) {
      yield await toState(entries)
    }
  }
  return new Watch(states(), end)
}

function parseSignal({ signal }: WatchOptions): readonly AbortSignal[] {
  if (signal === undefined) return []
  if (signal instanceof AbortSignal) return [signal]
  throw new MisuseError(
    'WRONG_TYPE',
    `The signal of watch is an AbortSignal; got ${describeValue(signal)}.`,
  )
}

/** A generator by itself would return only after its next state, which may never come. */
class Watch<State> implements AsyncGenerator<State, void, void> {
  readonly #states: AsyncGenerator<State, void, void>
  readonly #end: AbortController

  constructor(states: AsyncGenerator<State, void, void>, end: AbortController) {
    this.#states = states
    this.#end = end
  }

  next(): Promise<IteratorResult<State, void>> {
    return this.#states.next()
  }

  return(): Promise<IteratorResult<State, void>> {
    this.#end.abort()
    return this.#states.return()
  }

  throw(error: unknown): Promise<IteratorResult<State, void>> {
    this.#end.abort()
    return this.#states.throw(error)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }
}
