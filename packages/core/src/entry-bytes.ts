import type { StorageKey } from './storage-key.ts'
import { utf8Length } from './utf8-length.ts'

/** What an entry counts for in {@link Usage} and against a quota, in bytes. */
export function entryBytes(key: StorageKey, valueBytes: number): number {
  return utf8Length(key) + valueBytes
}
