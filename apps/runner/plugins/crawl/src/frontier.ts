import { persistent_store } from '@holdfast/session'
import { createKey } from './create-key.ts'
import { inBatches } from './in-batches.ts'
import { pathOfKey, type PageState, toPageKey } from './page-key.ts'
import type { PageRecord } from './page-record.ts'

// The state of a crawl is keys, and every step is one write that either happens or does not:
//
//   pending/<path>   the page is known. It stays until the page is visited.
//   claimed/<path>   a worker is at it. Expires, so that the page of a killed worker is free again.
//   visited/<path>   the page's record. To create it is to count the page, and it is created once.
//   cursor           where in the pending pages the crawl was last.
//
// A page stays pending until it is visited and its links are pending too. So whenever a crawl is
// killed, nothing is lost; what was done and not tidied up is done again, as is a page whose lease
// was too short, and ends at the `visited` that is there already.

/** Gives a page to a worker, unless there are none, or others are at all of them. */
export type Claim =
  | { readonly kind: 'page'; readonly path: string }
  | { readonly kind: 'all-claimed' }
  | { readonly kind: 'nothing-left' }

/** Makes pages pending that are not known yet. */
export async function addPages(paths: readonly string[]): Promise<void> {
  for (const batch of inBatches(paths)) {
    // Pending is looked at first: a page goes from there to visited, so it is not missed on its way.
    const pending = await persistent_store.getMany(batch.map((path) => toPageKey('pending', path)))
    const isNew = await Promise.all(
      batch.map(async (path) => {
        if (pending.has(toPageKey('pending', path))) return false
        return !(await persistent_store.exists(toPageKey('visited', path)))
      }),
    )
    const added = batch.filter((_, index) => isNew[index])
    if (added.length === 0) continue
    await persistent_store.setMany(added.map((path) => [toPageKey('pending', path), null] as const))
  }
}

/** Claims the next pending page that nobody is at, from where the crawl was last and around. */
export async function claimPage(worker: string, leaseMs: number): Promise<Claim> {
  const position = (await persistent_store.get<string | null>('cursor')) ?? null
  let isEmpty = true
  for (const start of new Set([position, null])) {
    let cursor = start
    do {
      const page = await persistent_store.list({ prefix: 'pending/', cursor, limit: 1 })
      cursor = page.cursor
      for (const { key } of page.entries) {
        isEmpty = false
        const path = pathOfKey(key)
        if (!(await createKey(toPageKey('claimed', path), worker, leaseMs))) continue
        await persistent_store.set('cursor', cursor)
        return { kind: 'page', path }
      }
    } while (cursor !== null)
  }
  return { kind: isEmpty ? 'nothing-left' : 'all-claimed' }
}

/**
 * Makes a page visited, and by that counts it.
 *
 * @returns whether this call did, and not another before it
 */
export async function markVisited(record: PageRecord): Promise<boolean> {
  return await createKey(toPageKey('visited', record.path), record)
}

/** Takes a page that is visited out of what is left to do. */
export async function removeFromFrontier(path: string): Promise<void> {
  await persistent_store.deleteMany([toPageKey('pending', path), toPageKey('claimed', path)])
}

/** Counts the pages in a state. */
export async function countPages(state: PageState): Promise<number> {
  let count = 0
  for await (const _ of persistent_store.keys({ prefix: `${state}/` })) count++
  return count
}
