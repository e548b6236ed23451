import type { StorageKey, StoreName } from '@holdfast/core'
import type { LedgerCommit } from './plugin-ledger.ts'

/** A key of a plugin. */
export interface NamedKey {
  readonly store: StoreName
  readonly key: StorageKey
}

/** What a commit checks or changes. */
export function keysNamedBy({ checks, puts, deletes }: LedgerCommit): readonly NamedKey[] {
  return [...checks, ...puts, ...deletes]
}

/** The keys that commits check or change, each once, in order. */
export function keysOf(commits: readonly LedgerCommit[]): readonly StorageKey[] {
  const keys = commits.flatMap((commit) => keysNamedBy(commit).map(({ key }) => key))
  return [...new Set(keys)].toSorted()
}
