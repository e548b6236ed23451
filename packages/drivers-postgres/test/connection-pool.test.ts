import { expect, test } from 'vitest'
import { ConnectionPool, type PooledConnection } from '../src/connection-pool.ts'

class FakeConnection implements PooledConnection {
  isAlive = true
  isBusy = false

  async end(): Promise<void> {
    this.destroy()
  }

  destroy(): void {
    this.isAlive = false
  }
}

/** A pool whose connections are kept, and that fails to open some. */
function makePool(options: { maxConnections: number; failures?: number }): {
  readonly pool: ConnectionPool<FakeConnection>
  readonly opened: readonly FakeConnection[]
} {
  const opened: FakeConnection[] = []
  let failures = options.failures ?? 0
  const pool = new ConnectionPool({
    maxConnections: options.maxConnections,
    idleTimeoutMs: null,
    maxLifetimeMs: null,
    open: async () => {
      if (failures-- > 0) throw new Error('refused')
      const connection = new FakeConnection()
      opened.push(connection)
      return connection
    },
  })
  return { pool, opened }
}

const closed = new Error('closed')

test('whoever comes first is served first, and one connection serves all', async () => {
  const { pool, opened } = makePool({ maxConnections: 1 })
  const served: number[] = []
  const uses = [0, 1, 2].map(async (caller) => {
    const connection = await pool.acquire()
    served.push(caller)
    pool.release(connection)
  })
  await Promise.all(uses)
  expect(served).toEqual([0, 1, 2])
  expect(opened).toHaveLength(1)
})

test('no more connections are open than it may have', async () => {
  const { pool, opened } = makePool({ maxConnections: 2 })
  const first = await pool.acquire()
  await pool.acquire()
  const third = pool.acquire()
  expect(pool.isWanted).toBe(true)
  expect(opened).toHaveLength(2)
  pool.release(first)
  expect(await third).toBe(first)
  expect(pool.isWanted).toBe(false)
})

test('a connection that has ended is not lent again, and makes room for another', async () => {
  const { pool, opened } = makePool({ maxConnections: 1 })
  const first = await pool.acquire()
  first.destroy()
  pool.release(first)
  expect(await pool.acquire()).not.toBe(first)
  const idle = opened[1]
  if (idle === undefined) throw new Error('There is no second connection.')
  pool.release(idle)
  idle.destroy()
  expect(await pool.acquire()).toBe(opened[2])
})

test('a connection that still waits for an answer is ended, not lent', async () => {
  const { pool } = makePool({ maxConnections: 1 })
  const first = await pool.acquire()
  first.isBusy = true
  pool.release(first)
  expect(first.isAlive).toBe(false)
  expect(await pool.acquire()).not.toBe(first)
})

test('of a connection that cannot be opened one caller hears, and the next has its own try', async () => {
  const { pool } = makePool({ maxConnections: 1, failures: 1 })
  const outcomes = await Promise.allSettled([pool.acquire(), pool.acquire()])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
})

test('whoever gives up waiting gets no connection, and takes none from others', async () => {
  const { pool } = makePool({ maxConnections: 1 })
  const connection = await pool.acquire()
  const controller = new AbortController()
  const impatient = pool.acquire(controller.signal)
  const patient = pool.acquire()
  controller.abort(closed)
  await expect(impatient).rejects.toBe(closed)
  pool.release(connection)
  expect(await patient).toBe(connection)
})

test('after close nothing is lent, and what comes back is ended', async () => {
  const { pool, opened } = makePool({ maxConnections: 2 })
  const lent = await pool.acquire()
  const idle = await pool.acquire()
  pool.release(idle)
  const waiting = [pool.acquire(), pool.acquire(), pool.acquire()]
  const outcomes = Promise.allSettled(waiting)
  await pool.close(closed)
  expect((await outcomes).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'rejected',
  ])
  await expect(pool.acquire()).rejects.toBe(closed)
  pool.release(lent)
  expect(opened.map(({ isAlive }) => isAlive)).toEqual([false, false])
})
