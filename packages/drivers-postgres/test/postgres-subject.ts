import type { Clock, StorageDriver } from '@holdfast/core'
import type { DriverUnderTest } from '@holdfast/driver-testkit'
import { createPostgresDriver } from '@holdfast/drivers-postgres'
import type { Databases } from '@holdfast/test-postgres'
import postgres from 'postgres'

const countLeftovers = `
  SELECT coalesce(sum(length(bytes)), 0)::int AS bytes FROM holdfast.chunks
  WHERE stream NOT IN (SELECT stream FROM holdfast.entries WHERE stream IS NOT NULL)`

/** Makes a driver on a database. */
export type MakeDriver = (url: string, clock: Clock) => StorageDriver

/** The driver as the kit meets it, each store in a database of its own. */
export function createPostgresSubject(
  databases: Databases,
  makeDriver: MakeDriver = (url, clock) => createPostgresDriver({ url, clock }),
): DriverUnderTest {
  return {
    name: 'postgres',
    capabilities: createPostgresDriver({ url: 'postgres://never-opened' }).capabilities,
    offers: ['countLeftovers', 'holdUp'],
    async createStore({ clock }) {
      const url = await databases.create()
      const admin = postgres(url, { max: 1, onnotice: () => undefined })
      return {
        createDriver: () => makeDriver(url, clock),
        async dispose() {
          await admin.end()
          await databases.drop(url)
        },
        async holdUp() {
          const held = Promise.withResolvers<void>()
          const released = Promise.withResolvers<void>()
          const done = admin.begin(async (sql) => {
            await sql.unsafe('LOCK TABLE holdfast.accounts, holdfast.entries IN EXCLUSIVE MODE')
            held.resolve()
            await released.promise
          })
          await held.promise
          return async () => {
            released.resolve()
            await done
          }
        },
        async countLeftovers() {
          const [row] = await admin.unsafe<{ bytes: number }[]>(countLeftovers)
          return row?.bytes ?? 0
        },
      }
    },
  }
}
