import { setTimeout } from 'node:timers/promises'
import type { Session } from '@holdfast/session'
import { claimPage, finishPage } from './frontier.ts'
import type { PageRecord } from './page-record.ts'
import { readPage } from './read-page.ts'

const longestPauseMs = 100

/** How a crawl visits pages. */
export interface VisitOptions {
  /** Folder that is crawled, absolute and without symbolic links. */
  readonly folder: string
  /** How many pages are worked at at once. */
  readonly workers: number
  /** Most pages to visit. */
  readonly maxPages: number
  /** After which time others may take up a page that was claimed, in milliseconds. */
  readonly leaseMs: number
  readonly session: Session
}

/** What a worker's turn came to: the page that it counted, or why it counted none. */
type Turn = PageRecord | 'counted-by-another' | 'all-claimed' | 'nothing-left'

/**
 * Visits pending pages, and what these lead to, and yields them as they come. It ends when none is
 * left, not even one that another crawl is at: that may be killed, or find more.
 */
export async function* visitPages(options: VisitOptions): AsyncGenerator<PageRecord> {
  const { workers, maxPages, session } = options
  const turns = new Map<symbol, Promise<readonly [symbol, Turn]>>()
  let visited = 0
  let resting = 0
  let othersAreBusy = false
  const startTurn = (): void => {
    const id = Symbol()
    turns.set(
      id,
      takeTurn(options).then((turn) => [id, turn]),
    )
  }
  try {
    while (visited < maxPages) {
      while (turns.size + resting < workers && turns.size + visited < maxPages) startTurn()
      if (turns.size === 0) {
        if (!othersAreBusy) return
        await setTimeout(Math.random() * longestPauseMs, undefined, { signal: session.signal })
        resting = 0
        othersAreBusy = false
        continue
      }
      const [id, turn] = await Promise.race(turns.values())
      turns.delete(id)
      if (turn === 'nothing-left' || turn === 'all-claimed') {
        resting++
        othersAreBusy ||= turn === 'all-claimed'
        continue
      }
      // Whoever was at a page may have found work for all who rest.
      resting = 0
      othersAreBusy = false
      if (turn === 'counted-by-another') continue
      visited++
      yield turn
    }
  } finally {
    // Whatever ends the crawl, no turn outlives it.
    await Promise.allSettled(turns.values())
  }
}

async function takeTurn({ folder, leaseMs, session }: VisitOptions): Promise<Turn> {
  const claim = await claimPage(session, leaseMs)
  if (claim.kind !== 'page') return claim.kind
  const record = await readPage(folder, claim.path)
  return (await finishPage(session, record)) ? record : 'counted-by-another'
}
