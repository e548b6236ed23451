import type { EntryMetadata, ListedEntry, StorageKey, Version } from '@holdfast/core'
import type { Row } from './sql-connection.ts'

/** All of an entry but its value, of a row that has its columns. */
export function toMetadata(row: Row): EntryMetadata {
  return {
    key: row['key'] as StorageKey,
    size: Number(row['size']),
    version: row['version'] as Version,
    createdAt: Number(row['created_at']),
    updatedAt: Number(row['updated_at']),
    expiresAt: row['expires_at'] === null ? null : Number(row['expires_at']),
    contentType: row['content_type'] as string | null,
  }
}

/** An entry of a row; without a value if the row has none. */
export function toListed(row: Row): ListedEntry {
  const value = row['value'] as Uint8Array | null | undefined
  // The client's buffers are views into memory that it shares among them.
  return { ...toMetadata(row), value: value ? new Uint8Array(value) : null }
}
