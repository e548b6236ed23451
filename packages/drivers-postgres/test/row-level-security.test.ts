import { parsePluginId, parseStorageKey, parseWorkspaceId, type Scope } from '@holdfast/core'
import { createPostgresDriver, migratePostgres } from '@holdfast/drivers-postgres'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { disposable, migratorUrl, ProtectedDatabases, runnerUrl } from './protected-databases.ts'

const tables = ['accounts', 'chunks', 'entries', 'readers', 'streams'] as const
const scope = (workspace: string): Scope => ({
  workspace: parseWorkspaceId(workspace),
  plugin: parsePluginId('notes'),
  store: 'storage',
})
const key = parseStorageKey('a')

const databases = new ProtectedDatabases()
const url = await databases.create()
const runner = postgres(runnerUrl(url), { max: 1, onnotice: () => undefined })

beforeAll(async () => {
  // Of each workspace a row in each table.
  await using admin = disposable(postgres(url, { max: 1 }))
  for (const workspace of ['acme', 'globex']) {
    await admin`INSERT INTO holdfast.accounts (workspace, plugin) VALUES (${workspace}, 'notes')`
    await admin`INSERT INTO holdfast.entries VALUES
      (${workspace}, 'notes', 'storage', 'a', 1, 'v1', 0, 0, NULL, NULL, NULL, '\\x00')`
    await admin`INSERT INTO holdfast.streams VALUES (${workspace}, 'notes', 's', 0, 0)`
    await admin`INSERT INTO holdfast.chunks VALUES (${workspace}, 'notes', 's', 0, '\\x00')`
    await admin`INSERT INTO holdfast.readers VALUES (${workspace}, 'notes', 's', 'r', 0)`
  }
})

afterAll(async () => {
  await runner.end()
  await databases.drop(url)
  await databases[Symbol.asyncDispose]()
})

/** The workspaces that a connection sees in each table, with the setting or without. */
async function seenBy(sql: Sql, setting?: string): Promise<Readonly<Record<string, unknown>>> {
  return await sql.begin(async (transaction) => {
    if (setting !== undefined) {
      await transaction`SELECT set_config('holdfast.workspace', ${setting}, true)`
    }
    const seen: Record<string, unknown> = {}
    for (const table of tables) {
      const rows = await transaction.unsafe(`SELECT workspace FROM holdfast.${table} ORDER BY 1`)
      seen[table] = rows.map((row) => row['workspace'] as string)
    }
    return seen
  })
}

async function attempt(sql: Sql, setting: string | undefined, text: string): Promise<unknown> {
  return await sql
    .begin(async (transaction) => {
      if (setting !== undefined) {
        await transaction`SELECT set_config('holdfast.workspace', ${setting}, true)`
      }
      const { count } = await transaction.unsafe(text)
      return count
    })
    .catch((error: unknown) => (error as { readonly code: string }).code)
}

const inAll = (workspaces: readonly string[]): unknown =>
  Object.fromEntries(tables.map((table) => [table, workspaces]))

describe('a connection of the role of runners', () => {
  test('sees nothing without its workspace', async () => {
    expect(await seenBy(runner)).toEqual(inAll([]))
    // After a transaction that named one, the setting is there and empty.
    await seenBy(runner, 'acme')
    expect(await seenBy(runner)).toEqual(inAll([]))
  })

  test('sees its workspace and no other', async () => {
    expect(await seenBy(runner, 'acme')).toEqual(inAll(['acme']))
    expect(await seenBy(runner, 'nobody')).toEqual(inAll([]))
  })

  test('sees of all workspaces what operators ask, and no contents', async () => {
    expect(await seenBy(runner, '*')).toEqual({
      ...(inAll([]) as object),
      accounts: ['acme', 'globex'],
      streams: ['acme', 'globex'],
    })
  })

  test.for([undefined, '*', 'globex'])('writes nothing of another workspace as %s', async (as) => {
    const insert = `INSERT INTO holdfast.accounts (workspace, plugin) VALUES ('acme', 'other')`
    expect(await attempt(runner, as, insert)).toBe('42501')
    for (const table of tables) {
      const ofAcme = `holdfast.${table} WHERE workspace = 'acme'`
      expect(await attempt(runner, as, `DELETE FROM ${ofAcme}`)).toBe(0)
      const update = `UPDATE holdfast.${table} SET plugin = 'x' WHERE workspace = 'acme'`
      expect(await attempt(runner, as, update)).toBe(0)
    }
    const move = `UPDATE holdfast.accounts SET workspace = 'acme', plugin = 'moved'`
    expect(await attempt(runner, as, move)).toBe(as === 'globex' ? '42501' : 0)
  })

  test.for([
    'CREATE TABLE holdfast.mine (id integer)',
    'ALTER TABLE holdfast.entries DISABLE ROW LEVEL SECURITY',
    'TRUNCATE holdfast.entries',
    'DELETE FROM holdfast.migrations',
    `INSERT INTO holdfast.migrations VALUES (99, 'mine', 0, 99)`,
  ])('has no right to %s', async (text) => {
    expect(await attempt(runner, 'acme', text)).toBe('42501')
  })

  test('may see how far the schema is', async () => {
    expect(await attempt(runner, 'acme', 'SELECT * FROM holdfast.migrations')).toBeGreaterThan(0)
  })

  test('has the rights on a table that a later version adds', async () => {
    await using migrator = disposable(postgres(migratorUrl(url), { max: 1 }))
    await migrator`CREATE TABLE holdfast.later (workspace text)`
    expect(await attempt(runner, undefined, `INSERT INTO holdfast.later VALUES ('acme')`)).toBe(1)
    await migrator`DROP TABLE holdfast.later`
  })
})

test('who owns the tables sees nothing either', async () => {
  await using migrator = disposable(postgres(migratorUrl(url), { max: 1 }))
  expect(await seenBy(migrator)).toEqual(inAll([]))
})

describe('a driver', () => {
  test('heeds row-level security where it applies, without being told', async () => {
    await using driver = createPostgresDriver({ url: runnerUrl(url) })
    await driver.open()
    const [entry] = await driver.get(scope('acme'), [key])
    expect(entry?.version).toBe('v1')
    expect(await driver.get(scope('nobody'), [key])).toEqual([null])
  })

  test('that demands it may do so by its URL', async () => {
    const demanding = `${runnerUrl(url)}?row_level_security=true&statement_timeout=60000`
    await using driver = createPostgresDriver({ url: demanding })
    await driver.open()
    const [entry] = await driver.get(scope('globex'), [key])
    expect(entry?.version).toBe('v1')
  })

  test('that demands it is refused as a superuser, or with BYPASSRLS', async () => {
    expect(await openingFails(url)).toMatchObject({
      code: 'STORE_NOT_PROTECTED',
      message: expect.stringContaining('--print-roles'),
    })
    await using admin = disposable(postgres(url, { max: 1 }))
    const role = new URL(runnerUrl(url)).username
    await admin.unsafe(`ALTER ROLE "${role}" BYPASSRLS`)
    expect(await openingFails(runnerUrl(url))).toMatchObject({ code: 'STORE_NOT_PROTECTED' })
    await admin.unsafe(`ALTER ROLE "${role}" NOBYPASSRLS`)
  })

  test('that demands it is refused where it is not enabled on all tables', async () => {
    await using admin = disposable(postgres(url, { max: 1 }))
    await admin`ALTER TABLE holdfast.chunks NO FORCE ROW LEVEL SECURITY`
    expect(await openingFails(runnerUrl(url))).toMatchObject({
      code: 'STORE_NOT_PROTECTED',
      context: { tables: ['chunks'] },
      message: expect.stringContaining('holdfast migrate --row-level-security on'),
    })
    expect(await migratePostgres({ url: migratorUrl(url), rowLevelSecurity: true })).toMatchObject({
      applied: [],
      rowLevelSecurity: true,
    })
    expect(await openingFails(runnerUrl(url))).toBe(null)
  })
})

test('row-level security is not enabled under a runner that would see nothing from then on', async () => {
  await migratePostgres({ url: migratorUrl(url), rowLevelSecurity: false })
  const enabling = { url: migratorUrl(url), rowLevelSecurity: true }
  {
    await using driver = createPostgresDriver({ url: runnerUrl(url) })
    await driver.open()
    const failure: unknown = await migratePostgres(enabling).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'STORE_BUSY', context: { connections: 1 } })
    const [entry] = await driver.get(scope('acme'), [key])
    expect(entry?.version).toBe('v1')
  }
  expect(await migratePostgres(enabling)).toMatchObject({ rowLevelSecurity: true })
})

test('row-level security may be switched off again, by the owner alone', async () => {
  const failure: unknown = await migratePostgres({
    url: runnerUrl(url),
    rowLevelSecurity: false,
  }).catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'STORE_ACCESS_DENIED' })
  expect(await migratePostgres({ url: migratorUrl(url), rowLevelSecurity: false })).toMatchObject({
    rowLevelSecurity: false,
  })
  expect(await seenBy(runner)).toEqual(inAll(['acme', 'globex']))
  await migratePostgres({ url: migratorUrl(url), rowLevelSecurity: true })
  expect(await seenBy(runner)).toEqual(inAll([]))
})

async function openingFails(of: string): Promise<unknown> {
  await using driver = createPostgresDriver({ url: of, rowLevelSecurity: true })
  return await driver.open().then(
    () => null,
    (error: unknown) => error,
  )
}

test('a store that was opened before says so, instead of seeing nothing', async () => {
  await using unprotected = new ProtectedDatabases(false)
  const own = await unprotected.create()
  const driver = createPostgresDriver({ url: runnerUrl(own) })
  await driver.open()
  await using admin = disposable(postgres(own, { max: 1 }))
  await admin`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE application_name = 'holdfast' AND datname = current_database()`
  await migratePostgres({ url: migratorUrl(own), rowLevelSecurity: true })
  await expect(driver.get(scope('acme'), [key])).rejects.toMatchObject({
    code: 'STORE_NOT_PROTECTED',
  })
  await driver.close()
  await unprotected.drop(own)
})
