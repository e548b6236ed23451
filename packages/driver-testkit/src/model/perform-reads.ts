import type { Cursor, ScopeUsage, StorageDriver, StorageKey } from '@holdfast/core'
import {
  type AnsweredEntry,
  describeKey,
  describeScope,
  describeScopes,
  describeUsage,
  told,
} from './describe-answer.ts'
import { type GivenPage, type ModelListing, nextPage } from './model-listing.ts'
import type { ModelStep, Perform } from './model-step.ts'
import type { ModelWorld } from './model-world.ts'
import { Refusal } from './refusal.ts'
import type { ModelEntry } from './store-model.ts'

/** More listings than these are not gone on with. */
const mostListings = 4

/** Gets some keys. What is given out is written over, as its receiver may. */
export const performGet: Perform<'get'> = async ({ scope, keys }, driver, world) => {
  const { maxValueBytes } = driver.capabilities
  return {
    kind: 'get',
    title: `get from ${describeScope(scope)}: ${keys.map(describeKey).join(', ') || 'no keys'}`,
    expected: await told(
      () => {
        const entries = keys.map((key) => world.model.find(scope, key))
        const isTooLarge = entries.some((entry) => (entry?.size ?? 0) > maxValueBytes)
        if (isTooLarge) throw new Refusal('VALUE_TOO_LARGE')
        return entries
      },
      (entries) => world.describe.entries(entries),
    ),
    got: await world.ask(
      () => driver.get(scope, keys),
      (entries) => describeAndSpoil(entries, world),
    ),
  }
}

/** Begins a listing. */
export const performList: Perform<'list'> = ({ scope, prefix, limit, keysOnly }, driver, world) => {
  const query = { scope, prefix, limit, keysOnly }
  const begin = { begunAt: world.model.commits, lastKey: null, cursor: null }
  return performPage({ ...query, ...begin }, driver, world)
}

/** Goes on with a listing, from whichever of its pages. */
export const performNextPage: Perform<'go on listing'> = async ({ listing }, driver, world) => {
  const known = world.listings[listing % world.listings.length]
  return known === undefined ? null : await performPage(known, driver, world)
}

/** Lists a page, and notes how to go on. */
export async function performPage(
  listing: ModelListing,
  driver: StorageDriver,
  world: ModelWorld,
): Promise<ModelStep> {
  const { scope, prefix, limit, keysOnly, cursor } = listing
  const describePage = (entries: readonly AnsweredEntry[], isLast: boolean): string =>
    `${describeAndSpoil(entries, world)}\n${isLast ? 'and no more' : 'and a cursor'}`
  let given: GivenPage = { keys: [], isLast: true }
  const got = await world.ask(
    () => driver.list(scope, { prefix, cursor, limit, keysOnly }),
    (page) => {
      given = { keys: page.entries.map(({ key }) => key), isLast: page.cursor === null }
      const lastKey = page.entries.at(-1)?.key ?? listing.lastKey
      if (page.cursor !== null) world.listings.unshift({ ...listing, lastKey, cursor: page.cursor })
      world.listings.splice(mostListings)
      return describePage(page.entries, given.isLast)
    },
  )
  const page = nextPage(world.model, listing, given)
  const { maxValueBytes } = driver.capabilities
  const entries = page.entries.map((entry) => asListed(entry, keysOnly ? -1 : maxValueBytes))
  const of = `${keysOnly ? 'the keys' : 'the entries'} of ${describeScope(scope)}`
  const after = listing.lastKey === null ? '' : ` after ${describeKey(listing.lastKey)}`
  const from = cursor === null ? '' : ` with the cursor${after || ' before the first'}`
  return {
    kind: cursor === null ? 'list' : 'go on listing',
    title: `list ${of} that begin with ${describeKey(prefix)}, at most ${limit},${from || ' from the beginning'}`,
    expected: describePage(entries, page.isLast),
    got,
  }
}

/** Looks at usage. */
export const performUsage: Perform<'usage'> = async ({ scope }, driver, world) => ({
  kind: 'usage',
  title: `usage of ${describeScope(scope)}`,
  expected: describeUsage(world.model.usage(scope)),
  got: await world.ask(() => driver.usage(scope), describeUsage),
})

/** Lists all scopes, page by page. */
export const performScopes: Perform<'scopes'> = async (action, driver, world) => {
  const { workspace, plugin, limit } = action
  const expected = world.model.scopes({ workspace, plugin })
  const listAll = async (): Promise<readonly ScopeUsage[]> => {
    const all: ScopeUsage[] = []
    let cursor: Cursor | null = null
    do {
      const page = await driver.scopes({ workspace, plugin, cursor, limit })
      if (page.scopes.length > limit) throw new Error(`a page of ${page.scopes.length} scopes`)
      all.push(...page.scopes)
      cursor = page.cursor
    } while (cursor !== null && all.length <= expected.length)
    return all
  }
  return {
    kind: 'scopes',
    title: `scopes of ${workspace ?? 'all workspaces'} and ${plugin ?? 'all plugins'}, at most ${limit} at a time`,
    expected: describeScopes(expected),
    got: await world.ask(listAll, describeScopes),
  }
}

/** Takes the first state that a watch gives; when it gives others is up to the driver. */
export const performWatch: Perform<'watch'> = async ({ scope, keys }, driver, world) => {
  const { maxValueBytes } = driver.capabilities
  const expected = keys.map((key: StorageKey) => {
    const entry = world.model.find(scope, key)
    return entry && asListed(entry, maxValueBytes)
  })
  const takeFirst = async (): Promise<string> => {
    for await (const state of driver.watch(scope, keys)) return describeAndSpoil(state, world)
    return 'no state'
  }
  return {
    kind: 'watch',
    title: `begin to watch in ${describeScope(scope)}: ${keys.map(describeKey).join(', ') || 'no keys'}`,
    expected: world.describe.entries(expected),
    got: await world.ask(takeFirst, (state) => state),
  }
}

/** An entry as a listing has it, without a value that is larger than so many bytes. */
function asListed(entry: ModelEntry, maxValueBytes: number): AnsweredEntry {
  return { ...entry, value: entry.size > maxValueBytes ? null : entry.value.slice() }
}

function describeAndSpoil(entries: readonly (AnsweredEntry | null)[], world: ModelWorld): string {
  const lines = entries.map((entry) => {
    const line = world.describe.entries([entry])
    // All the memory under it: the next value must not be in it.
    if (entry?.value) new Uint8Array(entry.value.buffer).fill(0xee)
    return line
  })
  return lines.length === 0 ? world.describe.entries([]) : lines.join('\n')
}
