import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parsePluginId, parseStorageKey, parseWorkspaceId, type Version } from '@holdfast/core'
import {
  createPostgresDriver,
  migratePostgres,
  planPostgresMigration,
  postgresRolesSql,
} from '@holdfast/drivers-postgres'
import type { Sql } from 'postgres'
import { afterAll, describe, expect, test } from 'vitest'
import { migrations } from '../src/migrations.ts'
import { Databases } from './databases.ts'
import { freshDatabase } from './fresh-database.ts'
import { findFaults } from './portable-sql.ts'

const databases = new Databases()
afterAll(() => databases[Symbol.asyncDispose]())

const names = migrations.map(({ name }) => name)
const latest = migrations.length

async function hasSchema(admin: Sql): Promise<boolean> {
  const rows = await admin`SELECT FROM pg_namespace WHERE nspname = 'holdfast'`
  return rows.length > 0
}

async function openingOf(url: string, migrate?: boolean): Promise<unknown> {
  await using driver = createPostgresDriver({ url, migrate })
  return await driver.open().then(
    () => 'opened',
    (error: unknown) => error,
  )
}

describe('migrating', () => {
  test('applies what is pending, and then finds nothing to do', async () => {
    await using database = await freshDatabase(databases)
    const { url } = database
    const done = { version: latest, rowLevelSecurity: false }
    expect(await migratePostgres({ url })).toEqual({ applied: names, ...done })
    expect(await migratePostgres({ url })).toEqual({ applied: [], ...done })
    expect(await planPostgresMigration({ url })).toBe('')
  })

  test('applies to a schema of before only the steps that it lacks, and keeps what is stored', async () => {
    await using database = await freshDatabase(databases)
    const { url, admin } = database
    await admin.unsafe(readMigrationFile('0000_begin')).simple()
    await admin`INSERT INTO holdfast.migrations VALUES (1, '0000_begin', 0, 1)`
    await admin`INSERT INTO holdfast.accounts (workspace, plugin) VALUES ('acme', 'notes')`
    expect(await openingOf(url, false)).toMatchObject({
      code: 'STORE_NOT_MIGRATED',
      context: { found: 1, needed: latest },
    })
    expect(await migratePostgres({ url })).toMatchObject({ applied: names.slice(1) })
    expect(await admin`SELECT plugin FROM holdfast.accounts`).toHaveLength(1)
    expect(await openingOf(url, false)).toBe('opened')
  })

  test('is left to the command where the driver is told not to', async () => {
    await using database = await freshDatabase(databases)
    expect(await openingOf(database.url, false)).toMatchObject({
      code: 'STORE_NOT_MIGRATED',
      message: expect.stringContaining('holdfast migrate'),
    })
    expect(await hasSchema(database.admin)).toBe(false)
  })

  test('by eight at the same moment applies each step once', async () => {
    await using database = await freshDatabase(databases)
    const { url } = database
    const all = await Promise.all(Array.from({ length: 8 }, () => migratePostgres({ url })))
    expect(all.flatMap(({ applied }) => applied)).toEqual(names)
  })
})

describe('the plan', () => {
  test('is SQL that makes the whole schema, and changes nothing by itself', async () => {
    await using database = await freshDatabase(databases)
    const { url, admin } = database
    const sql = await planPostgresMigration({ url, rowLevelSecurity: true })
    expect(await hasSchema(admin)).toBe(false)
    await admin.unsafe(sql).simple()
    expect(await migratePostgres({ url })).toEqual({
      applied: [],
      version: latest,
      rowLevelSecurity: true,
    })
    const rows = await admin`SELECT name, works_with FROM holdfast.migrations ORDER BY version`
    expect(rows.map((row) => [row['name'], row['works_with']] as unknown)).toEqual(
      migrations.map(({ name, worksWith }) => [name, worksWith]),
    )
  })

  test('is portable', async () => {
    await using database = await freshDatabase(databases)
    const sql = await planPostgresMigration({ url: database.url, rowLevelSecurity: true })
    expect(await findFaults(sql)).toEqual([])
  })
})

test('partitions are switched with their table, and have no way around it', async () => {
  await using database = await freshDatabase(databases)
  const { url, admin } = database
  await migratePostgres({ url })
  await admin`DROP TABLE holdfast.readers`
  await admin`CREATE TABLE holdfast.readers (workspace text COLLATE "C", plugin text, stream text,
    id text, lease_until bigint) PARTITION BY HASH (workspace)`
  await admin`CREATE TABLE holdfast."readers ""0""" PARTITION OF holdfast.readers
    FOR VALUES WITH (MODULUS 1, REMAINDER 0)`
  const made = await migratePostgres({ url, rowLevelSecurity: true })
  expect(made).toMatchObject({ rowLevelSecurity: true })
  // It was made anew, without the policies that it had.
  const policies =
    await admin`SELECT polname FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid
    WHERE relname LIKE 'readers%'`
  expect([...policies]).toEqual([{ polname: 'of_workspace' }])
  const [row] = await admin`SELECT relforcerowsecurity AS is_forced FROM pg_class
    WHERE relname = 'readers "0"'`
  expect(row).toEqual({ is_forced: true })
})

describe('beside newer code, a runner', () => {
  test('goes on working after a migration that only adds, and opens again', async () => {
    await using database = await freshDatabase(databases)
    const { url, admin } = database
    await using running = createPostgresDriver({ url })
    await running.open()
    await running.commit(target, putOf('before'))
    await admin.unsafe(`
      ALTER TABLE holdfast.entries ADD COLUMN colour text;
      ALTER TABLE holdfast.accounts ADD COLUMN colour text NOT NULL DEFAULT 'green';
      CREATE TABLE holdfast.later (workspace text PRIMARY KEY);
      INSERT INTO holdfast.migrations VALUES (${latest + 1}, 'adds', 0, ${latest})`)
    await running.commit(target, putOf('after'))
    const keys = ['before', 'after'].map((key) => parseStorageKey(key))
    const scope = { ...target, store: 'storage' } as const
    expect((await running.get(scope, keys)).map((entry) => entry?.key)).toEqual(keys)
    expect(await openingOf(url)).toBe('opened')
    expect(await openingOf(url, false)).toBe('opened')
    expect(await migratePostgres({ url })).toMatchObject({ applied: [], version: latest + 1 })
  })

  test('is refused after one that does not, and changes nothing', async () => {
    await using database = await freshDatabase(databases)
    const { url, admin } = database
    await migratePostgres({ url })
    await admin`INSERT INTO holdfast.migrations VALUES
      (${latest + 1}, 'breaks', 0, ${latest + 1}), (${latest + 2}, 'adds', 0, ${latest + 1})`
    const failure = { code: 'STORE_TOO_NEW', context: { found: latest + 2, supported: latest } }
    expect(await openingOf(url)).toMatchObject(failure)
    expect(await openingOf(url, false)).toMatchObject(failure)
    const migrating: unknown = await migratePostgres({ url }).catch((error: unknown) => error)
    expect(migrating).toMatchObject(failure)
    expect(await admin`SELECT FROM holdfast.migrations`).toHaveLength(latest + 2)
  })
})

test('the steps are those of drizzle-kit, each of which knows the one before', () => {
  const folder = join(import.meta.dirname, '../migrations')
  const journal = readJson(join(folder, 'meta/_journal.json')) as { entries: { tag: string }[] }
  expect(journal.entries.map(({ tag }) => tag)).toEqual(names)
  expect(readdirSync(folder).filter((name) => name.endsWith('.sql'))).toEqual(
    names.map((name) => `${name}.sql`),
  )
  const snapshots = names.map(
    (name) => readJson(join(folder, `meta/${name.slice(0, 4)}_snapshot.json`)) as Snapshot,
  )
  for (const [index, snapshot] of snapshots.slice(1).entries()) {
    expect(snapshot.prevId).toBe(snapshots[index]?.id)
  }
  // The second adds policies that drizzle-kit is not told of.
  expect(snapshots[1]?.tables).toEqual(snapshots[0]?.tables)
})

test.for([
  ['one name for both', { migrator: 'a', runner: 'a' }],
  ['no name', { migrator: '', runner: 'b' }],
  ['a name that is cut', { migrator: 'a', runner: 'b'.repeat(64) }],
  ['a name with a line break', { migrator: 'a\n', runner: 'b' }],
  ['a name that ends a block', { migrator: 'a', runner: 'b$$ SELECT 1' }],
  ['the default name of the other', { migrator: 'holdfast_runner' }],
] as const)('%s is refused for roles', ([, roles]) => {
  expect(() => postgresRolesSql(roles)).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
  )
})

test('the names of roles are quoted', () => {
  const sql = postgresRolesSql({ migrator: 'Ada "the" migrator', runner: `x"; DROP TABLE y; --` })
  expect(sql).toContain('CREATE ROLE "Ada ""the"" migrator" LOGIN')
  expect(sql).toContain('CREATE ROLE "x""; DROP TABLE y; --" LOGIN')
})

interface Snapshot {
  readonly id: string
  readonly prevId: string
  readonly tables: unknown
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}

function readMigrationFile(name: string): string {
  return readFileSync(join(import.meta.dirname, `../migrations/${name}.sql`), 'utf8')
}

const target = { workspace: parseWorkspaceId('acme'), plugin: parsePluginId('notes') }

function putOf(key: string): Parameters<ReturnType<typeof createPostgresDriver>['commit']>[1] {
  return {
    checks: [],
    puts: [
      {
        store: 'storage',
        key: parseStorageKey(key),
        value: new Uint8Array([1]),
        version: `version of ${key}` as Version,
        expiresAt: null,
        contentType: null,
      },
    ],
    deletes: [],
    quota: null,
  }
}
