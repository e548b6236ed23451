import { setTimeout } from 'node:timers/promises'
import { codeOf } from './map-postgres-error.ts'

/** For how long a call is tried again, in milliseconds: a server that restarts is back by then. */
const defaultBudgetMs = 5_000

/** How long the pauses between may be, in milliseconds. */
const shortestPauseMs = 5
const longestPauseMs = 500

/** What bounds the attempts of a call. */
export interface RetryBounds {
  /** Ends them between two, with its reason. */
  readonly signal?: AbortSignal | undefined
  /** From when on there is no other attempt, in milliseconds. Default 5,000. */
  readonly budgetMs?: number | undefined
}

/** What the server gave up in favour of others: nothing of it was applied. */
const gaveWay: ReadonlySet<string | null> = new Set(['40001', '40P01', '53300'])

/** What ends the way to the server, or has none come about. */
const lostWay: ReadonlySet<string | null> = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
])

/** What a server says before it closes a connection. */
const lastWords = /^(?:08|57P0[123])/

/** Whether the server gave a call up in favour of others. */
function hasGivenWay(error: unknown): boolean {
  return gaveWay.has(codeOf(error))
}

/** Whether the way to the server ended, which then said nothing more. */
export function hasLostItsWay(error: unknown): boolean {
  return lostWay.has(codeOf(error))
}

/** Whether a connection was lost in the middle of what it did, or before it began. */
function hasLostConnection(error: unknown): boolean {
  return hasLostItsWay(error) || lastWords.test(codeOf(error) ?? '')
}

/**
 * Runs what may be run again, again, when the server gave it up or the connection was lost, after
 * pauses that grow and are never the same for two.
 */
export async function retrying<Result>(
  run: () => Promise<Result>,
  { signal, budgetMs = defaultBudgetMs }: RetryBounds = {},
): Promise<Result> {
  const until = performance.now() + budgetMs
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      const mayPass = hasGivenWay(error) || hasLostConnection(error)
      if (!mayPass || performance.now() > until) throw error
    }
    const longest = Math.min(longestPauseMs, shortestPauseMs * 2 ** attempt)
    await pause(Math.random() * longest, signal)
  }
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal })
  } catch {
    // It rejects with an error of its own, and not with the reason.
    signal?.throwIfAborted()
  }
}
