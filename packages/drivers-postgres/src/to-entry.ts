import type { EntryMetadata, ListedEntry, StorageKey, Version } from '@holdfast/core'
import { fromBase64 } from './base64.ts'
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
  const value = row['value'] as string | null | undefined
  const metadata = toMetadata(row)
  const isThere = value !== null && value !== undefined
  return { ...metadata, value: isThere ? fromBase64(value, metadata.size) : null }
}
