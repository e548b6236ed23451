import { persistent_store, type Session } from '@holdfast/session'
import { batchSize, inBatches } from './in-batches.ts'
import { isFirst } from './is-first.ts'
import { pathOfKey, type PageState, toPageKey } from './page-key.ts'
import type { PageRecord } from './page-record.ts'

// The state of a crawl is keys:
//
//   pending/<path>   the page is known and not visited.
//   claimed/<path>   a worker is at it. Expires, so that the page of a killed worker is free again.
//   visited/<path>   the page's record. To create it is to count the page, and it is created once.
//   cursor           where in the pending pages the crawl was last.
//
// A page goes from pending to visited, and what it links to becomes pending, in one step. So whenever
// a crawl is killed, nothing is lost: a page that it was at is still pending, and is visited again.

/** Gives a page to a worker, unless there are none, or others are at all of them. */
export type Claim =
  | { readonly kind: 'page'; readonly path: string }
  | { readonly kind: 'all-claimed' }
  | { readonly kind: 'nothing-left' }

/** Makes pages pending that are not known yet. */
export async function addPages(paths: readonly string[]): Promise<void> {
  const unknown = await withoutKnown(paths)
  for (const batch of inBatches(unknown)) {
    await persistent_store.setMany(batch.map((path) => [toPageKey('pending', path), null] as const))
  }
}

/** Claims the next pending page that nobody is at, from where the crawl was last and around. */
export async function claimPage(session: Session, leaseMs: number): Promise<Claim> {
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
        const change = session.atomic()
        const claim = { ifVersion: null, expiresInMs: leaseMs }
        change.persistent_store
          .set(toPageKey('claimed', path), session.invocationId, claim)
          .set('cursor', cursor)
        if (await isFirst(change.commit())) return { kind: 'page', path }
      }
    } while (cursor !== null)
  }
  return { kind: isEmpty ? 'nothing-left' : 'all-claimed' }
}

/**
 * Makes a page visited, and by that counts it, and what it links to pending.
 *
 * @returns whether this call did, and not another before it
 */
export async function finishPage({ atomic }: Session, record: PageRecord): Promise<boolean> {
  const { path } = record
  const links = await withoutKnown(record.links.filter((link) => link !== path))
  // More than one step can hold goes ahead of it: to be pending early does no harm.
  await addPages(links.slice(batchSize))
  const frontier = [toPageKey('pending', path), toPageKey('claimed', path)]
  const change = atomic()
  change.persistent_store.set(toPageKey('visited', path), record, { ifVersion: null })
  for (const link of links.slice(0, batchSize)) {
    change.persistent_store.set(toPageKey('pending', link), null)
  }
  for (const key of frontier) change.persistent_store.delete(key)
  const isCounted = await isFirst(change.commit())
  if (!isCounted) await persistent_store.deleteMany(frontier)
  return isCounted
}

/** Counts the pages in a state. */
export async function countPages(state: PageState): Promise<number> {
  let count = 0
  for await (const _ of persistent_store.keys({ prefix: `${state}/` })) count++
  return count
}

/** Those pages that are neither pending nor visited. */
async function withoutKnown(paths: readonly string[]): Promise<readonly string[]> {
  // Pending is looked at first: a page goes from there to visited, so it is not missed on its way.
  const pending = await persistent_store.getMany(paths.map((path) => toPageKey('pending', path)))
  const isNew = await Promise.all(
    paths.map(async (path) => {
      if (pending.has(toPageKey('pending', path))) return false
      return !(await persistent_store.exists(toPageKey('visited', path)))
    }),
  )
  return paths.filter((_, index) => isNew[index])
}
