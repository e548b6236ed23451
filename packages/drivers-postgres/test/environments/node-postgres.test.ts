import { parsePluginId, parseStorageKey, parseWorkspaceId } from '@holdfast/core'
import { runConformance } from '@holdfast/driver-testkit'
import { createPostgresDriver } from '@holdfast/drivers-postgres'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Pool } from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { Databases } from '../databases.ts'
import { createPostgresSubject } from '../postgres-subject.ts'
import { someChecks } from './some-checks.ts'

const pools: Pool[] = []
const databases = new Databases()
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()))
  await databases[Symbol.asyncDispose]()
})

function makePool(url: string): Pool {
  const pool = new Pool({ connectionString: url, idleTimeoutMillis: 1_000 })
  // Without a listener, the loss of an idle connection would end the process.
  pool.on('error', () => undefined)
  pools.push(pool)
  return pool
}

const subject = createPostgresSubject(databases, (url, clock) =>
  createPostgresDriver({ db: drizzle(makePool(url)), clock }),
)

runConformance(
  { ...subject, name: 'postgres by way of node-postgres' },
  { describe, test: someChecks, expect, afterAll },
)

test('connections that are killed under it are replaced', async () => {
  const url = await databases.create()
  const driver = createPostgresDriver({ db: drizzle(makePool(url)) })
  await driver.open()
  const target = { workspace: parseWorkspaceId('acme'), plugin: parsePluginId('notes') }
  const admin = makePool(url)
  for (let round = 0; round < 5; round++) {
    const reading = driver.get({ ...target, store: 'storage' }, [parseStorageKey('a')])
    const killing = admin.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    )
    await killing
    expect(await reading).toEqual([null])
  }
  await driver.close()
  await databases.drop(url)
})

test('a pool that reads in binary is refused, for it would garble bytes', () => {
  const pool = new Pool({ binary: true } as object)
  expect(() => createPostgresDriver({ db: drizzle(pool) })).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
  )
})
