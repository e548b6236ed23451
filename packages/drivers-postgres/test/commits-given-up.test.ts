import { HoldfastError, type StorageDriver } from '@holdfast/core'
import { afterAll, describe, expect, test } from 'vitest'
import { fastCommit } from '../src/fast-statements.ts'
import { hasArrived } from '../src/lost-commit.ts'
import { PostgresFailure } from '../src/map-postgres-error.ts'
import { PluginCache } from '../src/plugin-cache.ts'
import { PluginCommitter } from '../src/plugin-committer.ts'
import { PostgresDriver } from '../src/postgres-driver.ts'
import { retrying } from '../src/retrying.ts'
import type { Lease, SqlDatabase } from '../src/sql-connection.ts'
import { Databases } from './databases.ts'
import { commitOf, countOf, put, scope, target, usageMustBeExact } from './faults/store-of-test.ts'
import { lockAccounts } from './lock-accounts.ts'
import { openDatabase } from './open-database.ts'

const databases = new Databases()
afterAll(() => databases[Symbol.asyncDispose]())

const gone = new HoldfastError('ABORTED', 'The test has given it up.')

/** Lets everything come to pass that needs no answer. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** A store with a key `a`, and how to wait for a statement that begins so. */
async function setUp(): Promise<
  AsyncDisposable & {
    readonly url: string
    readonly driver: StorageDriver
    readonly sent: (beginning: string) => Promise<void>
  }
> {
  await using stack = new AsyncDisposableStack()
  const url = await databases.create()
  stack.defer(() => databases.drop(url))
  const waiting: { readonly beginning: string; readonly resolve: () => void }[] = []
  const database = openDatabase(url, {
    maxConnections: 1,
    onStatement: (text) => {
      for (const { beginning, resolve } of waiting) {
        if (text.trim().startsWith(beginning)) resolve()
      }
    },
  })
  const driver = stack.use(new PostgresDriver(database, Date.now))
  await driver.open()
  for (const value of ['0', '1']) await driver.commit(target, commitOf(put('a', value)))
  const sent = (beginning: string): Promise<void> =>
    new Promise((resolve) => waiting.push({ beginning, resolve }))
  const owned = stack.move()
  return { url, driver, sent, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

describe('on one connection, with the lock of the plugin held by somebody else', () => {
  test('a batch beside one that was given up commits by itself, and not in another transaction', async () => {
    await using world = await setUp()
    const { driver, sent } = world
    const lock = await lockAccounts(world.url)
    const controller = new AbortController()
    const isSent = sent('WITH moved')
    const first = driver.commit(target, commitOf(put('a', '2')), { signal: controller.signal })
    const firstEnd = first.catch((error: unknown) => error)
    await isSent
    const isAsked = sent('SELECT "holdfast"."accounts"')
    const second = driver.commit(target, commitOf(put('b', '7')))
    await isAsked
    const third = driver.clear({ ...scope, store: 'persistent_store' })
    await settled()
    controller.abort(gone)
    await settled()
    await lock.release()
    await Promise.all([firstEnd, second, third])
    expect(await countOf(driver, 'b')).toBe(7)
    await usageMustBeExact(driver)
  })

  test('a clear that was given up removes nothing later', async () => {
    await using world = await setUp()
    const { driver, sent } = world
    const lock = await lockAccounts(world.url)
    const controller = new AbortController()
    const isSent = sent('select "storage_entries"')
    const clearing = driver.clear(scope, { signal: controller.signal })
    const end = clearing.catch((error: unknown) => error)
    await isSent
    controller.abort(gone)
    await lock.release()
    expect(await end).toBe(gone)
    expect(await countOf(driver, 'a')).toBe(1)
  })
})

describe('a committer', () => {
  /** A database whose transactions wait to be let go, and that lends a connection that knows nothing. */
  class HeldDatabase implements SqlDatabase {
    begun = 0
    lent = 0
    /** What a statement on a connection that is lent comes to. */
    answer: Lease['run'] = async () => []
    readonly #gates: (() => void)[] = []

    readonly lend = async (): Promise<Lease> => {
      this.lent++
      return {
        isWanted: false,
        run: (statement, values) => this.answer(statement, values),
        release: () => {
          this.lent--
        },
      }
    }

    run(): Promise<readonly []> {
      return Promise.resolve([])
    }

    transaction<Result>(): Promise<Result> {
      this.begun++
      return new Promise((_resolve, reject) => {
        this.#gates.push(() => reject(new HoldfastError('STORE_FULL', 'It is over.')))
      })
    }

    snapshot<Result>(): Promise<Result> {
      return this.transaction()
    }

    async close(): Promise<void> {}

    letGo(): void {
      for (const open of this.#gates.splice(0)) open()
    }
  }

  function begin(): { readonly database: HeldDatabase; readonly committer: PluginCommitter } {
    const database = new HeldDatabase()
    const cache = new PluginCache()
    return {
      database,
      committer: new PluginCommitter({ database, cache, clock: Date.now, target }),
    }
  }

  test('has a batch wait for all before it, though one between was given up', async () => {
    const { database, committer } = begin()
    const first = committer.apply([commitOf(put('a', '1'))], undefined)
    const firstEnd = first.catch((error: unknown) => error)
    await settled()
    const controller = new AbortController()
    const second = committer.apply([commitOf(put('a', '2'))], controller.signal)
    const secondEnd = second.catch((error: unknown) => error)
    await settled()
    controller.abort(gone)
    const third = committer.apply([commitOf(put('a', '3'))], undefined)
    const thirdEnd = third.catch((error: unknown) => error)
    expect(await secondEnd).toBe(gone)
    await settled()
    expect(database.begun).toBe(1)
    database.letGo()
    await firstEnd
    await settled()
    expect(database.begun).toBe(2)
    database.letGo()
    await thirdEnd
  })

  test('holds no connection while a batch waits for one whose answer was lost', async () => {
    const { database, committer } = begin()
    const account = {
      storage_entries: '1',
      storage_bytes: '2',
      persistent_entries: '0',
      persistent_bytes: '0',
      next_expiry: null,
      last_commit: 'some',
      key: null,
    }
    database.answer = async ({ text }) => {
      if (text.includes('moved')) throw new PostgresFailure('CONNECTION_CLOSED')
      return [account]
    }
    const first = committer.apply([commitOf(put('a', '1'))], undefined)
    const second = committer.apply([commitOf(put('b', '2'))], undefined)
    const ends = Promise.allSettled([first, second])
    await settled()
    // The first is being looked for, which needs a connection.
    expect({ begun: database.begun, lent: database.lent }).toEqual({ begun: 1, lent: 0 })
    const isOver = ends.then(() => true)
    while (!(await Promise.race([isOver, settled().then(() => false)]))) database.letGo()
  })
})

test('a batch that was looked for and not found is not applied later, whatever it is to follow', async () => {
  const url = await databases.create()
  const database = openDatabase(url)
  const driver = new PostgresDriver(database, Date.now)
  await driver.open()
  const before = put('a', '1')
  await driver.commit(target, commitOf(before))
  const accounts = await database.run(
    { text: 'SELECT last_commit FROM holdfast.accounts', fill: () => [] },
    {},
  )
  const last = String(accounts[0]?.['last_commit'])
  const change = { store: 'storage', key: before.key, versionBefore: before.version } as const
  const changes = [{ ...change, versionAfter: put('a', '2').version }]
  // Its connection was lost, and so was that of the batch that it follows.
  const sent = { id: 'of the lost batch', idBefore: 'of the one before', changes }
  const lost = new PostgresFailure('CONNECTION_CLOSED')
  expect(await hasArrived(database, target, sent, lost)).toBe(false)
  const counters = { storageEntries: 1, storageBytes: 2, persistentEntries: 0, persistentBytes: 0 }
  const late = { commitBefore: last, commit: 'late', now: 0, nextExpiry: null, rows: [] }
  expect(await database.run(fastCommit(1), { ...target, ...counters, ...late })).toEqual([])
  await driver.close()
  await databases.drop(url)
})

test.for(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED'])('%s is tried again', async (code) => {
  const failures = [new PostgresFailure(code)]
  const run = async (): Promise<string> => {
    const failure = failures.pop()
    if (failure !== undefined) throw failure
    return 'there'
  }
  await expect(retrying(run)).resolves.toBe('there')
})
