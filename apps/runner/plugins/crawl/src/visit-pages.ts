import { setTimeout } from 'node:timers/promises'
import { addPages, claimPage, isVisited, markVisited, removeFromFrontier } from './frontier.ts'
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
  /** Names this crawl in its claims. */
  readonly name: string
  readonly signal: AbortSignal
}

/** What a worker's turn came to: the page that it counted, or why it counted none. */
type Turn = PageRecord | 'counted-by-another' | 'all-claimed' | 'nothing-left'

/** Visits pending pages, and what these lead to, until none is left, and yields them as they come. */
export async function* visitPages(options: VisitOptions): AsyncGenerator<PageRecord> {
  const { workers, maxPages } = options
  const turns = new Map<symbol, Promise<readonly [symbol, Turn]>>()
  let visited = 0
  let resting = 0
  const startTurn = (): void => {
    const id = Symbol()
    turns.set(
      id,
      takeTurn(options).then((turn) => [id, turn]),
    )
  }
  try {
    for (;;) {
      while (turns.size + resting < workers && turns.size + visited < maxPages) startTurn()
      if (turns.size === 0) return
      const [id, turn] = await Promise.race(turns.values())
      turns.delete(id)
      if (turn === 'nothing-left') resting++
      if (typeof turn === 'string') continue
      // Whoever has visited a page may have found work for all.
      resting = 0
      visited++
      yield turn
    }
  } finally {
    // Whatever ends the crawl, no turn outlives it.
    await Promise.allSettled(turns.values())
  }
}

async function takeTurn({ folder, leaseMs, name, signal }: VisitOptions): Promise<Turn> {
  const claim = await claimPage(name, leaseMs)
  if (claim.kind === 'all-claimed') {
    await setTimeout(Math.random() * longestPauseMs, undefined, { signal })
  }
  if (claim.kind !== 'page') return claim.kind
  const { path } = claim
  let turn: Turn = 'counted-by-another'
  if (!(await isVisited(path))) {
    const record = await readPage(folder, path)
    await addPages(record.links)
    if (await markVisited(record)) turn = record
  }
  await removeFromFrontier(path)
  return turn
}
