import { manageDriver } from '@holdfast/core'
import { createPostgresDriver } from '@holdfast/drivers-postgres'
import { ThrowawayPostgres } from '@holdfast/test-postgres'
import { expect, test } from 'vitest'
import { PostgresDriver } from '../../src/postgres-driver.ts'
import { openDatabase } from '../open-database.ts'
import { acknowledgingEarly } from './acknowledging-early.ts'
import { killUnderLoad } from './server-kills.ts'

const cycles = process.env['HOLDFAST_SOAK'] === undefined ? 20 : 1_000

test(
  `loses nothing that it acknowledged, and applies nothing that it refused, in ${cycles} kills of the server`,
  { timeout: 60_000 + cycles * 10_000 },
  async ({ annotate }) => {
    await using server = await ThrowawayPostgres.start()
    await using stack = new AsyncDisposableStack()
    const open = async () => {
      const driver = stack.use(createPostgresDriver({ url: server.url, maxConnections: 3 }))
      await driver.open()
      return driver
    }
    const drivers = await Promise.all([open(), open(), open(), open()])
    const { applied, refused, unknown } = await killUnderLoad(server, drivers, cycles)
    await annotate(`${cycles} kills: ${applied} applied, ${refused} refused, ${unknown} unknown`)
    expect(applied).toBeGreaterThan(cycles * 8)
  },
)

test('would not pass if a write were acknowledged before its COMMIT', async () => {
  await using server = await ThrowawayPostgres.start()
  const database = acknowledgingEarly(openDatabase(server.url, { maxConnections: 3 }))
  await using driver = manageDriver(new PostgresDriver(database, Date.now))
  await driver.open()
  const killing = killUnderLoad(server, [driver], 5)
  await expect(killing).rejects.toThrow(/was lost|is neither old nor new/)
})
