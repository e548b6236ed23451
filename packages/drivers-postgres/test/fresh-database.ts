import postgres, { type Sql } from 'postgres'
import type { Databases } from './databases.ts'

/** A database of the test's own, and a client of its owner. */
export async function freshDatabase(
  databases: Databases,
): Promise<AsyncDisposable & { url: string; admin: Sql }> {
  const url = await databases.create()
  const admin = postgres(url, { max: 1, onnotice: () => undefined })
  return {
    url,
    admin,
    async [Symbol.asyncDispose]() {
      await admin.end()
      await databases.drop(url)
    },
  }
}
