import { createPostgresDriver } from '@holdfast/drivers-postgres'
import { ThrowawayPostgres } from '@holdfast/test-postgres'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import {
  type BenchContent,
  oneScope,
  randomKey,
  randomScope,
} from '../src/postgres/bench-content.ts'
import { BenchDatabases } from '../src/postgres/bench-databases.ts'
import { DriverClient } from '../src/postgres/driver-client.ts'

const content: BenchContent = { ...oneScope, workspaces: 2, plugins: 3, keysPerScope: 10 }

test('what SQL has filled is to the driver as if it had written it', async () => {
  await using server = await ThrowawayPostgres.start()
  const { signal } = new AbortController()
  await using databases = new BenchDatabases({ url: server.url, isThrowaway: true })
  const { url } = await databases.get(content, signal)
  await using driver = createPostgresDriver({ url })
  await driver.open()

  const everything = { workspace: null, plugin: null, cursor: null, limit: 100 }
  const { scopes } = await driver.scopes(everything)
  expect(scopes).toHaveLength(6)
  const keyLength = randomKey(content).length
  for (const { usage } of scopes) {
    expect(usage).toEqual({ entries: 10, bytes: 10 * (keyLength + 1_024) })
  }
  const [entry] = await driver.get(randomScope(content), [randomKey(content)])
  expect(entry?.value).toHaveLength(1_024)
})

test('calls go to keys that are there, and databases of the same content are made once', async () => {
  await using server = await ThrowawayPostgres.start()
  const { signal } = new AbortController()
  const sql = postgres(server.url, { max: 1 })
  const count = async (): Promise<number> => {
    const [row] = await sql`SELECT count(*)::int AS databases FROM pg_database`
    return Number(row?.['databases'])
  }
  const before = await count()
  {
    await using databases = new BenchDatabases({ url: server.url, isThrowaway: false })
    const database = await databases.get(content, signal)
    await using client = await DriverClient.open(database)
    await client.set()
    await client.get()
    await client.list(2, true)
    expect(await databases.get(content, signal)).toBe(database)
    expect(await count()).toBe(before + 1)
  }
  expect(await count()).toBe(before)
  await sql.end()
})
