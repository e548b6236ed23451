import { type Cursor, limits } from '@holdfast/core'

/** What a listing command is told of its extent. */
export interface Extent {
  /** Most items; without it all. */
  readonly limit?: number
  /** Where an earlier listing ended. */
  readonly cursor?: string
}

/** Which page to read. */
export interface PageQuery {
  readonly cursor: Cursor | null
  readonly limit: number
}

/** Items, and where the next ones begin; `null` after the last. */
export interface Listing<Item> {
  readonly items: readonly Item[]
  readonly cursor: Cursor | null
}

/** Reads page after page, until there are no more or the limit is reached. */
export async function collectPages<Item>(
  extent: Extent,
  readPage: (query: PageQuery) => Promise<Listing<Item>>,
): Promise<Listing<Item>> {
  const most = extent.limit ?? Number.POSITIVE_INFINITY
  const items: Item[] = []
  // The store says whether it is one.
  let cursor = (extent.cursor ?? null) as Cursor | null
  do {
    const limit = Math.min(most - items.length, limits.maxListLimit)
    const page = await readPage({ cursor, limit })
    items.push(...page.items)
    cursor = page.cursor
  } while (cursor !== null && items.length < most)
  return { items, cursor }
}
