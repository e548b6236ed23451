import { parsePluginId, parseStorageKey, parseWorkspaceId } from '@holdfast/core'
import { expect, test } from 'vitest'
import { toBase64 } from '../src/base64.ts'
import { readValueStream } from '../src/read-value-stream.ts'
import type { Row, SqlDatabase } from '../src/sql-connection.ts'
import type { Statement } from '../src/statement.ts'
import { addReader, findStream, readChunk, removeReader } from '../src/stream-statements.ts'

const scope = {
  workspace: parseWorkspaceId('acme'),
  plugin: parsePluginId('notes'),
  store: 'storage',
} as const
const key = parseStorageKey('film')

test.each([
  ['before its first piece', 0],
  ['after it', 1],
])('the lease of a reader is removed, once, when it stops %s', async (_when, pieces) => {
  const { database, done } = streamOf(new Uint8Array(9))
  const request = { database, clock: Date.now, scope, key, range: null }
  const stream = await readValueStream(request)
  const body = stream?.body[Symbol.asyncIterator]()
  for (let piece = 0; piece < pieces; piece++) await body?.next()
  expect(done).not.toContain(removeReader)
  await body?.return?.()
  await body?.return?.()
  expect(done.filter((statement) => statement === removeReader)).toHaveLength(1)
})

/** A database that answers what a reader of one value asks, and notes what that was. */
function streamOf(bytes: Uint8Array) {
  const entry = { key, size: bytes.length, version: 'v', created_at: 0, updated_at: 0 }
  const rows = new Map<Statement, Row>([
    [findStream, { ...entry, expires_at: null, content_type: null, value: null, stream: 's' }],
    [addReader, {}],
    [readChunk, { bytes: toBase64(bytes), length: bytes.length }],
  ])
  const done: Statement[] = []
  const database: SqlDatabase = {
    run: async (statement) => {
      done.push(statement)
      const row = rows.get(statement)
      return row === undefined ? [] : [row]
    },
    transaction: unasked,
    snapshot: unasked,
    close: unasked,
  }
  return { database, done }
}

function unasked(): never {
  throw new Error('A reader asks for single statements alone.')
}
