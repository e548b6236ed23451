import type { Cursor, Scope } from '@holdfast/core'
import { compareBytes, type ModelEntry, type StoreModel } from './store-model.ts'

/** A listing on its way, which is gone on with while others write. */
export interface ModelListing {
  readonly scope: Scope
  readonly prefix: string
  readonly limit: number
  readonly keysOnly: boolean
  /** How many commits there had been when it began. */
  readonly begunAt: number
  /** The last key that it gave. */
  readonly lastKey: string | null
  /** Where the driver goes on. */
  readonly cursor: Cursor | null
}

/** What a driver has given as a page. */
export interface GivenPage {
  readonly keys: readonly string[]
  readonly isLast: boolean
}

/**
 * The page that the driver had to give, with its choices made as it has made them: it may end a page
 * early, and list or not what came after the listing began.
 */
export function nextPage(
  model: StoreModel,
  { scope, prefix, limit, begunAt, lastKey }: ModelListing,
  given: GivenPage,
): { readonly entries: readonly ModelEntry[]; readonly isLast: boolean } {
  const entries: ModelEntry[] = []
  for (const entry of model.entries(scope)) {
    if (!entry.key.startsWith(prefix)) continue
    if (lastKey !== null && compareBytes(entry.key, lastKey) <= 0) continue
    const isNew = entry.bornAt > begunAt
    if (isNew && !given.keys.includes(entry.key)) continue
    const isFull =
      entries.length === limit || (!given.isLast && entries.length >= given.keys.length)
    if (isFull) return { entries, isLast: false }
    entries.push(entry)
  }
  return { entries, isLast: given.isLast }
}
