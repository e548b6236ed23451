import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { LeakRow } from './leak-rows.ts'

const page = resolve(import.meta.dirname, '../../../../docs/security.md')
const tableRow =
  /^\| `(?<probe>\w+)` *\| (?<what>.+?) *\| (?<process>yes|no) *\| (?<sandbox>yes|no) *\|$/gm

/** What docs/security.md says that gets through, by the name of its probe. */
export function readKnownLeaks(): ReadonlyMap<string, readonly LeakRow['mode'][]> {
  const text = readFileSync(page, 'utf8')
  return new Map(
    [...text.matchAll(tableRow)].map(({ groups }) => [
      groups?.['probe'] ?? '',
      (['process', 'sandbox'] as const).filter((mode) => groups?.[mode] === 'yes'),
    ]),
  )
}
