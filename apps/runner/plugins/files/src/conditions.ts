import type { EntryMetadata } from '@holdfast/session'

/** A version is never used twice for a name, so it makes a strong validator. */
export function toEtag({ version }: Pick<EntryMetadata, 'version'>): string {
  return `"${version}"`
}

/** Has a write of a request with conditions fail if the file is another than they were compared with. */
export function ifUnchanged(
  { headers }: Request,
  found: EntryMetadata | null,
): { readonly ifVersion?: string | null } {
  const isConditional = headers.has('if-match') || headers.has('if-none-match')
  return isConditional ? { ifVersion: found?.version ?? null } : {}
}

/**
 * Holds the conditions of a request against the file as it is (RFC 9110, section 13.2.2).
 *
 * @param etag `null` where there is no file
 * @returns the status to answer with at once; `null` to go on
 */
export function failedCondition(
  { method, headers }: Request,
  etag: string | null,
): 304 | 412 | null {
  const ifMatch = headers.get('if-match')
  if (ifMatch !== null && !lists(ifMatch, etag)) return 412
  const ifNoneMatch = headers.get('if-none-match')
  // Here, and only here, a validator that a proxy has weakened is as good as the one we gave.
  if (ifNoneMatch === null || !lists(ifNoneMatch.replaceAll('W/', ''), etag)) return null
  return method === 'GET' || method === 'HEAD' ? 304 : 412
}

function lists(condition: string, etag: string | null): boolean {
  if (etag === null) return false
  return condition.trim() === '*' || condition.split(',').some((item) => item.trim() === etag)
}
