import type { StorageKey, StoreName, WrittenKeys } from '@holdfast/core'
import { asyncContext } from '../invocation/async-context.ts'
import type { OpenAccess } from './store-access.ts'

/**
 * Writes keys so that each call of an invocation sees those that were made before it, however long
 * they take: it is pending from now on, and acts when what it needs is prepared and those before it
 * that are about its keys have settled. Others it does not wait for.
 *
 * @param prepareFor called before this returns its promise
 * @param act begins at once where there is nothing to wait for
 */
export async function writeInOrder<Prepared, Result>(
  open: OpenAccess,
  keys: WrittenKeys,
  prepareFor: () => Prepared | Promise<Prepared>,
  act: (prepared: Prepared) => Promise<Result>,
): Promise<Result> {
  const write = open().pending.begin(keys)
  try {
    const preparing = prepareFor()
    const prepared = preparing instanceof Promise ? await preparing : preparing
    const before = isPreparing() ? null : orAborted(write.before, open)
    if (before !== null) await before
    return await act(prepared)
  } finally {
    write.end()
  }
}

/** Prepares a write that needs nothing. */
export function nothingToPrepare(): null {
  return null
}

/** What a read of keys waits for; `null` for nothing. */
export function beforeReading(
  open: OpenAccess,
  store: StoreName,
  keys: readonly StorageKey[],
): Promise<void> | null {
  return isPreparing() ? null : orAborted(open().pending.beforeReading(store, keys), open)
}

/** What a read of all keys with a prefix waits for; `null` for nothing. */
export function beforeListing(
  open: OpenAccess,
  store: StoreName,
  prefix: string,
): Promise<void> | null {
  return isPreparing() ? null : orAborted(open().pending.beforeListing(store, prefix), open)
}

/**
 * Prepares what is to be written by code of the author's. A write that is waiting for it must not be
 * what it waits for, so it sees the stores as they are.
 */
export function prepare<Result>(call: () => Result): Result {
  return asyncContext.preparing.run(true, call)
}

function isPreparing(): boolean {
  return asyncContext.preparing.getStore() === true
}

/** Ends with the invocation, too: whoever asks for its access after that is told. */
function orAborted(before: Promise<void> | null, open: OpenAccess): Promise<void> | null {
  return before === null ? null : firstOf(before, open().signal)
}

async function firstOf(before: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const onAbort = (): void => resolve()
  signal.addEventListener('abort', onAbort, { once: true })
  await Promise.race([before, promise])
  signal.removeEventListener('abort', onAbort)
}
