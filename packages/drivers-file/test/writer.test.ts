import { join } from 'node:path'
import { mintVersion, type Put, type StorageKey } from '@holdfast/core'
import { expect, test } from 'vitest'
import { CommitStatements } from '../src/commit-statements.ts'
import { openWriter } from '../src/open-writer.ts'
import { runJob } from '../src/run-job.ts'
import { StreamStatements } from '../src/stream-statements.ts'
import { target } from './entries.ts'
import { temporaryFolder } from './temporary-folder.ts'

test('the writer syncs its log at each commit', async () => {
  await using folder = await temporaryFolder()
  using database = openWriter({ path: join(folder.path, 'store.db'), busyTimeoutMs: 0 })
  expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
  expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 })
})

test('a lookup, a listing and a sweep each use an index', async () => {
  await using folder = await temporaryFolder()
  using database = openWriter({ path: join(folder.path, 'store.db'), busyTimeoutMs: 0 })
  const plan = (sql: string): string =>
    JSON.stringify(database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all())
  expect(plan('SELECT 1 FROM entries WHERE scope = 1 AND key = ?')).toContain('INDEX')
  const listed = plan('SELECT 1 FROM entries WHERE scope = 1 AND key > ? AND key < ? ORDER BY key')
  expect(listed).toContain('INDEX')
  expect(listed).not.toContain('TEMP B-TREE')
  const expired = 'SELECT sum(bytes) FROM entries WHERE scope = 1 AND expires_at <= ?'
  expect(plan(expired)).toContain('COVERING INDEX entries_by_expiry')
})

test('the counters include what has expired, and lose it when it is swept', async () => {
  await using folder = await temporaryFolder()
  using database = openWriter({ path: join(folder.path, 'store.db'), busyTimeoutMs: 0 })
  const statements = {
    entries: new CommitStatements(database),
    streams: new StreamStatements(database),
  }
  const puts: readonly Put[] = ['a', 'b', 'c'].map((key, index) => ({
    store: 'storage',
    key: key as StorageKey,
    value: new Uint8Array(9),
    version: mintVersion(),
    expiresAt: index === 0 ? null : 100,
    contentType: null,
  }))
  const commit = { checks: [], puts, deletes: [], quota: null }
  runJob(statements, { kind: 'commit', target, commit, now: 0 })
  const counters = (): unknown =>
    database.prepare("SELECT entries, bytes FROM scopes WHERE store = 'storage'").get()
  expect(counters()).toEqual({ entries: 3, bytes: 30 })
  const swept = (now: number): unknown => runJob(statements, { kind: 'sweep', now }).removed
  expect(swept(99)).toEqual({ entries: 0, bytes: 0 })
  expect(swept(100)).toEqual({ entries: 2, bytes: 20 })
  expect(counters()).toEqual({ entries: 1, bytes: 10 })
})

test('a commit removes some of what has expired in its scopes, and says nothing of it', async () => {
  await using folder = await temporaryFolder()
  using database = openWriter({ path: join(folder.path, 'store.db'), busyTimeoutMs: 0 })
  const statements = {
    entries: new CommitStatements(database),
    streams: new StreamStatements(database),
  }
  const write = (key: string, now: number, expiresAt: number | null): unknown => {
    const put = { store: 'storage', key: key as StorageKey, value: new Uint8Array(9) } as const
    const puts = [{ ...put, version: mintVersion(), expiresAt, contentType: null }]
    const commit = { checks: [], puts, deletes: [], quota: null }
    return runJob(statements, { kind: 'commit', target, commit, now }).removed
  }
  const stored = (): unknown => database.prepare('SELECT key FROM entries ORDER BY key').all()
  write('a', 0, 100)
  write('b', 0, 200)
  expect(write('c', 100, null)).toEqual({ entries: 0, bytes: 0 })
  expect(stored()).toEqual([{ key: 'b' }, { key: 'c' }])
})
