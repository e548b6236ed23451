import { createHash } from 'node:crypto'
import type { ListedEntry } from '@holdfast/core'
import type { ScopeHandle } from './scope-handle.ts'

/**
 * What others can see of a scope, to be compared before and after. Values are told by their
 * digests: to show where two large ones differ takes some test runners all the memory there is.
 */
export async function seeEntries(store: ScopeHandle): Promise<unknown> {
  return { entries: (await store.listAll()).map(withDigest), usage: await store.usage() }
}

/** An entry with the digest of its value in place of the value. */
export function withDigest(entry: ListedEntry): unknown {
  return { ...entry, value: entry.value && createHash('sha256').update(entry.value).digest('hex') }
}
