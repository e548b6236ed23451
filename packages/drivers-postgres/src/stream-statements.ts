import { sql } from 'drizzle-orm'
import { decoded, encoded, toBase64 } from './base64.ts'
import { chunks, entries, readers, streams } from './schema.ts'
import { rawStatement, type Statement } from './statement.ts'

/** Where the chunks of a stream belong to. */
export const streamStates = {
  /** It is still arriving, and its lease says how long its writer is believed to live. */
  uploading: 0,
  /** It is the value of an entry. */
  live: 1,
  /** It is nobody's any more: its chunks are to be removed. */
  orphaned: 2,
} as const

const { uploading, live, orphaned } = {
  uploading: sql.raw(String(streamStates.uploading)),
  live: sql.raw(String(streamStates.live)),
  orphaned: sql.raw(String(streamStates.orphaned)),
}

const { placeholder } = sql
const workspace = placeholder('workspace')
const plugin = placeholder('plugin')
const stream = placeholder('stream')

const ofPlugin = sql`${streams.workspace} = ${workspace} AND ${streams.plugin} = ${plugin}`
const isOneOf = sql`${streams.id} = ANY(${placeholder('streams')}::text[])`

/** Begins an upload, or a value that comes in chunks at once. */
export const beginStream: Statement = rawStatement(sql`
  INSERT INTO ${streams} (workspace, plugin, id, state, lease_until)
  VALUES (${workspace}, ${plugin}, ${stream}, ${placeholder('state')}, ${placeholder('leaseUntil')})`)

/** Renews the lease of an upload; returns a row if it still is one. */
export const renewUpload: Statement = rawStatement(sql`
  UPDATE ${streams} SET lease_until = ${placeholder('leaseUntil')}
  WHERE ${ofPlugin} AND ${streams.id} = ${stream} AND ${streams.state} = ${uploading}
  RETURNING ${streams.id}`)

const { text: insertChunk, fill: fillChunk }: Statement = rawStatement(sql`
  INSERT INTO ${chunks} (workspace, plugin, stream, position, bytes)
  SELECT ${streams.workspace}, ${streams.plugin}, ${streams.id}, ${placeholder('position')}::integer,
    ${decoded(placeholder('text'))}
  FROM ${streams}
  WHERE ${ofPlugin} AND ${streams.id} = ${stream} AND ${streams.state} <> ${orphaned}
  FOR SHARE
  RETURNING position`)

/**
 * Adds a chunk to an upload; returns a row if it still is one. The lock has whoever gives the upload
 * up wait, so that no chunk comes after.
 */
export const addChunk: Statement = {
  text: insertChunk,
  fill: (values) => {
    return fillChunk({ ...values, text: toBase64(values['bytes'] as Uint8Array) })
  },
}

/** Takes the locks of uploads that are to become values; returns those that still are uploads. */
export const lockUploads: Statement = rawStatement(sql`
  SELECT ${streams.id} AS id FROM ${streams}
  WHERE ${ofPlugin} AND ${isOneOf} AND ${streams.state} = ${uploading}
  ORDER BY ${streams.id} FOR UPDATE`)

/** Makes uploads values. */
export const adoptStreams: Statement = rawStatement(sql`
  UPDATE ${streams} SET state = ${live}, lease_until = NULL WHERE ${ofPlugin} AND ${isOneOf}`)

/** Has nobody own streams any more. */
export const orphanStreams: Statement = rawStatement(sql`
  UPDATE ${streams} SET state = ${orphaned}, lease_until = NULL WHERE ${ofPlugin} AND ${isOneOf}`)

/** Gives an upload up; what has become a value stays. */
export const abandonUpload: Statement = rawStatement(sql`
  UPDATE ${streams} SET state = ${orphaned}, lease_until = NULL
  WHERE ${ofPlugin} AND ${streams.id} = ${stream} AND ${streams.state} = ${uploading}`)

/** Gives up the uploads of a plugin whose writer has not been heard of. */
export const abandonExpired: Statement = rawStatement(sql`
  UPDATE ${streams} SET state = ${orphaned}, lease_until = NULL
  WHERE ${ofPlugin} AND ${streams.state} = ${uploading} AND ${streams.leaseUntil} <= ${placeholder('now')}`)

/** The plugins that have streams to give up or to remove. */
export const listDirty: Statement = rawStatement(sql`
  SELECT DISTINCT ${streams.workspace} AS workspace, ${streams.plugin} AS plugin FROM ${streams}
  WHERE ${streams.state} = ${orphaned}
    OR (${streams.state} = ${uploading} AND ${streams.leaseUntil} <= ${placeholder('now')})`)

const isRead = sql`EXISTS (
  SELECT 1 FROM ${readers}
  WHERE ${readers.workspace} = ${workspace} AND ${readers.plugin} = ${plugin}
    AND ${readers.stream} = ${streams.id} AND ${readers.leaseUntil} > ${placeholder('now')})`

/** Removes some chunks that are nobody's and that nobody reads; returns a row for each. */
export const deleteOrphanChunks: Statement = rawStatement(sql`
  DELETE FROM ${chunks}
  WHERE ${chunks.workspace} = ${workspace} AND ${chunks.plugin} = ${plugin}
    AND (${chunks.stream}, ${chunks.position}) IN (
      SELECT doomed.stream, doomed.position FROM ${streams}
      JOIN ${chunks} AS doomed ON doomed.workspace = ${workspace} AND doomed.plugin = ${plugin}
        AND doomed.stream = ${streams.id}
      WHERE ${ofPlugin} AND ${streams.state} = ${orphaned} AND NOT ${isRead}
      LIMIT ${placeholder('limit')})
  RETURNING position`)

/** Removes the streams that are nobody's and have no chunks left. */
export const deleteOrphans: Statement = rawStatement(sql`
  DELETE FROM ${streams}
  WHERE ${ofPlugin} AND ${streams.state} = ${orphaned} AND NOT ${isRead} AND NOT EXISTS (
    SELECT 1 FROM ${chunks}
    WHERE ${chunks.workspace} = ${workspace} AND ${chunks.plugin} = ${plugin}
      AND ${chunks.stream} = ${streams.id})`)

/** Removes the leases of readers that were not heard of. */
export const deleteLostReaders: Statement = rawStatement(sql`
  DELETE FROM ${readers}
  WHERE ${readers.workspace} = ${workspace} AND ${readers.plugin} = ${plugin}
    AND ${readers.leaseUntil} <= ${placeholder('now')}`)

/** An entry, and the stream that its value is in. */
export const findStream: Statement = rawStatement(sql`
  SELECT ${entries.key} AS key, ${entries.size} AS size, ${entries.version} AS version,
    ${entries.createdAt} AS created_at, ${entries.updatedAt} AS updated_at,
    ${entries.expiresAt} AS expires_at, ${entries.contentType} AS content_type,
    ${entries.stream} AS stream, ${encoded(entries.value)} AS value
  FROM ${entries}
  WHERE ${entries.workspace} = ${workspace} AND ${entries.plugin} = ${plugin}
    AND ${entries.store} = ${placeholder('store')} AND ${entries.key} = ${placeholder('key')}
    AND (${entries.expiresAt} IS NULL OR ${entries.expiresAt} > ${placeholder('now')})`)

/** Takes a lease on a stream that is a value; returns a row if it still is one. */
export const addReader: Statement = rawStatement(sql`
  INSERT INTO ${readers} (workspace, plugin, stream, id, lease_until)
  SELECT ${streams.workspace}, ${streams.plugin}, ${streams.id}, ${placeholder('reader')}::text,
    ${placeholder('leaseUntil')}::bigint
  FROM ${streams}
  WHERE ${ofPlugin} AND ${streams.id} = ${stream} AND ${streams.state} = ${live}
  FOR SHARE
  RETURNING id`)

const ofReader = sql`${readers.workspace} = ${workspace} AND ${readers.plugin} = ${plugin}
  AND ${readers.stream} = ${stream} AND ${readers.id} = ${placeholder('reader')}`

export const renewReader: Statement = rawStatement(sql`
  UPDATE ${readers} SET lease_until = ${placeholder('leaseUntil')} WHERE ${ofReader}`)

export const removeReader: Statement = rawStatement(sql`DELETE FROM ${readers} WHERE ${ofReader}`)

/** A chunk of a stream. */
export const readChunk: Statement = rawStatement(sql`
  SELECT ${encoded(chunks.bytes)} AS bytes, octet_length(${chunks.bytes}) AS length FROM ${chunks}
  WHERE ${chunks.workspace} = ${workspace} AND ${chunks.plugin} = ${plugin}
    AND ${chunks.stream} = ${stream} AND ${chunks.position} = ${placeholder('position')}`)
