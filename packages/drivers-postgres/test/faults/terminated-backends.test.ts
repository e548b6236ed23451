import { createPostgresDriver } from '@holdfast/drivers-postgres'
import postgres from 'postgres'
import { afterAll, expect, test } from 'vitest'
import { Databases } from '../databases.ts'
import { countOf, increment, Ledger, usageMustBeExact } from './store-of-test.ts'

/** Tells that work was done, every few steps. */
class Progress {
  #steps = 0
  #waiting = Promise.withResolvers<void>()

  note(): void {
    this.#steps++
    if (this.#steps % workers !== 0) return
    this.#waiting.resolve()
    this.#waiting = Promise.withResolvers()
  }

  next(): Promise<void> {
    return this.#waiting.promise
  }
}

const increments = process.env['HOLDFAST_SOAK'] === undefined ? 100 : 10_000
const workers = 4
const databases = new Databases()
afterAll(() => databases[Symbol.asyncDispose]())

/** All who are connected to the database, but for whoever asks. */
const terminateOthers = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`

test(
  'loses and doubles no update while all connections are terminated again and again',
  { timeout: 60_000 + increments * 100 },
  async ({ annotate }) => {
    await using stack = new AsyncDisposableStack()
    const url = await databases.create()
    stack.defer(() => databases.drop(url))
    const admin = stack.adopt(postgres(url, { max: 1 }), (client) => client.end())
    const drivers = [1, 2].map(() => stack.use(createPostgresDriver({ url, maxConnections: 3 })))
    const [one, two] = drivers
    if (one === undefined || two === undefined) throw new Error('There are no drivers.')
    await Promise.all(drivers.map((driver) => driver.open()))

    const told = { applied: 0, refused: 0, unknown: 0 }
    const ledger = new Ledger()
    let terminated = 0
    const progress = new Progress()
    const isDone = (): boolean => told.applied >= increments
    const working = Array.from({ length: workers }, async (_, worker) => {
      const driver = worker % 2 === 0 ? one : two
      for (let at = 0; !isDone(); at++) {
        told[await increment(driver, `count-${worker % 2}`)]++
        const value = new Uint8Array((at * 37) % 300).fill(at)
        await ledger.write(driver, `${worker}-${at}`, value)
        progress.note()
      }
    })
    const terminating = (async () => {
      while (!isDone()) {
        // So that there is something to terminate that has done something.
        await progress.next()
        terminated += (await admin.unsafe(terminateOthers)).length
      }
    })()
    await Promise.race([terminating, Promise.all(working)])
    await Promise.all(working)

    const counts = await Promise.all([0, 1].map((index) => countOf(one, `count-${index}`)))
    const count = counts.reduce((sum, each) => sum + each, 0)
    await annotate(
      `${terminated} connections terminated: ${told.applied} increments, ${told.refused} refused, ${told.unknown} unknown`,
    )
    expect(count).toBeGreaterThanOrEqual(told.applied)
    expect(count).toBeLessThanOrEqual(told.applied + told.unknown)
    expect(terminated).toBeGreaterThan(increments / 20)
    await usageMustBeExact(two)
    await ledger.check(two, ['count-0', 'count-1'])
  },
)
