import { createHash } from 'node:crypto'

/** Where results are kept, apart from the counters. */
export const resultPrefix = 'result/'

/** What a function was called with; the order of the names means nothing. */
export type CallArguments = Readonly<Record<string, string | number | boolean>>

/**
 * Names the result of a call: readable up to the last slash, then a hash of the arguments. All
 * results of one kind can be found by what is readable.
 */
export function toCacheKey(kind: string, callArguments: CallArguments): string {
  const sorted = Object.entries(callArguments).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const hash = createHash('sha256').update(JSON.stringify(sorted)).digest('hex')
  return `${kind}/${hash}`
}
