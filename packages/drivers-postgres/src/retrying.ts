import { setTimeout } from 'node:timers/promises'
import { codeOf } from './map-postgres-error.ts'

/** How often a call is tried, and how long the pauses between may be, in milliseconds. */
const maxAttempts = 8
const shortestPauseMs = 5
const longestPauseMs = 1_000

/** What the server gave up in favour of others: nothing of it was applied. */
const gaveWay: ReadonlySet<string | null> = new Set(['40001', '40P01'])

/** What loses a connection. */
const lostConnection: ReadonlySet<string | null> = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'ECONNRESET',
  'EPIPE',
  '57P01',
  '57P02',
  '57P03',
])

/** Whether the server gave a transaction up in favour of others. */
export function hasGivenWay(error: unknown): boolean {
  return gaveWay.has(codeOf(error))
}

/** Whether a connection was lost in the middle of what it did, or before it began. */
export function hasLostConnection(error: unknown): boolean {
  const code = codeOf(error)
  return lostConnection.has(code) || code?.startsWith('08') === true
}

/**
 * Runs what may be run again, again, when the server gave it up or the connection was lost, after
 * pauses that grow and are never the same for two.
 */
export async function retrying<Result>(run: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      const mayPass = hasGivenWay(error) || hasLostConnection(error)
      if (!mayPass || attempt === maxAttempts) throw error
    }
    const longest = Math.min(longestPauseMs, shortestPauseMs * 2 ** attempt)
    await setTimeout(Math.random() * longest)
  }
}
