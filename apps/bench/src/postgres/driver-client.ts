import { mintVersion, parseKeyPrefix, type StorageDriver } from '@holdfast/core'
import { createPostgresDriver } from '@holdfast/drivers-postgres'
import { randomKey, randomScope } from './bench-content.ts'
import type { BenchDatabase } from './bench-databases.ts'

/** What a plugin may hold; never reached, but looked at with every write. */
const quota = { maxBytes: 2 ** 50 }

/** Calls of our driver, as it is delivered, each of one random key. */
export class DriverClient implements AsyncDisposable {
  readonly driver: StorageDriver
  readonly #database: BenchDatabase
  readonly #value: Uint8Array

  private constructor(driver: StorageDriver, database: BenchDatabase) {
    this.driver = driver
    this.#database = database
    this.#value = crypto.getRandomValues(
      new Uint8Array(Math.min(database.content.valueBytes, 65_536)),
    )
  }

  static async open(database: BenchDatabase): Promise<DriverClient> {
    const driver = createPostgresDriver({ url: database.url })
    await driver.open()
    return new DriverClient(driver, database)
  }

  readonly get = async (): Promise<void> => {
    const { content } = this.#database
    const [entry] = await this.driver.get(randomScope(content), [randomKey(content)])
    if (entry?.value.length !== content.valueBytes) throw new Error('get gave something else.')
  }

  readonly set = async (): Promise<void> => {
    const { content } = this.#database
    const { workspace, plugin, store } = randomScope(content)
    const key = randomKey(content)
    const put = { store, key, value: this.#value, version: mintVersion() }
    const puts = [{ ...put, expiresAt: null, contentType: null }]
    await this.driver.commit({ workspace, plugin }, { checks: [], puts, deletes: [], quota })
  }

  /** Lists what begins like a random key but for its last characters: up to so many powers of ten. */
  async list(digits: number, keysOnly: boolean): Promise<void> {
    const { content } = this.#database
    const prefix = parseKeyPrefix(randomKey(content).slice(0, -digits))
    const limit = 10 ** digits
    const query = { prefix, cursor: null, limit, keysOnly }
    const { entries } = await this.driver.list(randomScope(content), query)
    const expected = Math.min(limit, content.keysPerScope)
    if (entries.length !== expected) throw new Error(`list gave ${entries.length} entries.`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.driver.close()
  }
}
