import { createPostgresDriver } from '@holdfast/drivers-postgres'
import { Databases } from '@holdfast/test-postgres'
import postgres from 'postgres'
import type { BenchContent } from './bench-content.ts'
import type { BenchServer } from './bench-server.ts'
import { fillDatabase } from './fill-database.ts'

/** A database that is filled. */
export interface BenchDatabase {
  readonly url: string
  readonly content: BenchContent
}

/**
 * The databases of one run, each with one content, so that none of them weighs on another's tables.
 * One is made when it is first asked for. They are dropped with this, unless the server goes with them.
 */
export class BenchDatabases implements AsyncDisposable {
  readonly #databases: Databases
  readonly #isThrowaway: boolean
  readonly #made = new Map<string, BenchDatabase>()

  constructor({ url, isThrowaway }: Pick<BenchServer, 'url' | 'isThrowaway'>) {
    this.#databases = new Databases(url)
    this.#isThrowaway = isThrowaway
  }

  /** The database with this content, as tidy as it can be. */
  async get(content: BenchContent, signal: AbortSignal): Promise<BenchDatabase> {
    const name = JSON.stringify(content)
    const database = this.#made.get(name) ?? { url: await this.#databases.create(), content }
    const isNew = !this.#made.has(name)
    this.#made.set(name, database)
    const sql = postgres(database.url, { max: 1, onnotice: () => undefined })
    // To fill it may take long.
    const stop = (): void => void sql.end({ timeout: 0 })
    signal.addEventListener('abort', stop)
    try {
      if (isNew) {
        await migrate(database.url)
        await fillDatabase(sql, content)
      }
      // Rows that were overwritten by a round before are no part of the next.
      await sql`VACUUM (ANALYZE)`
    } finally {
      signal.removeEventListener('abort', stop)
      await sql.end()
    }
    return database
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      if (this.#isThrowaway) return
      for (const { url } of this.#made.values()) await this.#databases.drop(url)
    } finally {
      await this.#databases[Symbol.asyncDispose]()
    }
  }
}

async function migrate(url: string): Promise<void> {
  await using driver = createPostgresDriver({ url })
  await driver.open()
}
