import { entryBytes, storeNames, type Usage } from '@holdfast/core'
import type { FoundAccounts, FoundEntry, FoundMessage } from './crash-message.ts'
import type { Finding } from './finding.ts'

/** Holds what a reopened store says that it holds against what it holds. */
export function compareAccounts({ entries, accounts }: FoundMessage): readonly Finding[] {
  return accounts.flatMap((account) => {
    const own = entries.filter(({ plugin }) => plugin === account.plugin)
    return [...compareUsage(own, account), ...compareQuota(own, account)]
  })
}

function compareUsage(
  entries: readonly FoundEntry[],
  { plugin, usage }: FoundAccounts,
): readonly Finding[] {
  return storeNames.flatMap((store) => {
    const held = sum(entries.filter((entry) => entry.store === store))
    const said = usage[store]
    if (said.entries === held.entries && said.bytes === held.bytes) return []
    const what = `the usage of ${store} of ${plugin} is ${format(said)}, and it holds ${format(held)}`
    return [{ promise: '8.2', what }]
  })
}

function compareQuota(
  entries: readonly FoundEntry[],
  { plugin, countedForQuota }: FoundAccounts,
): readonly Finding[] {
  const { bytes } = sum(entries)
  if (countedForQuota === bytes) return []
  if (countedForQuota === null) {
    return [{ promise: '9.1', what: `a commit of ${plugin} beyond its quota was not refused` }]
  }
  const what = `the quota of ${plugin} counts ${countedForQuota} bytes, and it holds ${bytes}`
  return [{ promise: '16.2', what }]
}

function sum(entries: readonly FoundEntry[]): Usage {
  const bytes = entries.reduce((total, entry) => total + entryBytes(entry.key, entry.bytes), 0)
  return { entries: entries.length, bytes }
}

function format({ entries, bytes }: Usage): string {
  return `${entries} entries of ${bytes} bytes`
}
