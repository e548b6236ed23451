import { isHoldfastError, parseStorageKey, type StorageDriver } from '@holdfast/core'
import { createPostgresDriver } from '@holdfast/drivers-postgres'
import { ThrowawayPostgres } from '@holdfast/test-postgres'
import { expect, test } from 'vitest'
import { commitOf, listAll, put, scope, target, usageMustBeExact } from './store-of-test.ts'

const deadlineMs = 300
const isSoak = process.env['HOLDFAST_SOAK'] !== undefined
/** A few milliseconds on a quiet machine, as soaks want it; in a test run others may have the cores. */
const slackMs = isSoak ? 100 : 5_000
const calls = 12
const rounds = isSoak ? 50 : 2

interface Told {
  readonly code: string
  readonly lateMs: number
}

/** Runs a call with a deadline, and notes how it ended and how long after its deadline. */
async function timed(run: (deadlineAt: number) => Promise<unknown>): Promise<Told> {
  const deadlineAt = Date.now() + deadlineMs
  const due = performance.now() + deadlineMs
  const code = await run(deadlineAt).then(
    () => 'OK',
    (error: unknown) => {
      if (!isHoldfastError(error)) throw error
      return error.code
    },
  )
  return { code, lateMs: performance.now() - due }
}

test(
  'every call settles by its deadline while the server hangs, and the pool recovers by itself',
  { timeout: 60_000 + rounds * 10_000 },
  async ({ annotate }) => {
    await using server = await ThrowawayPostgres.start()
    await using driver = createPostgresDriver({ url: server.url, maxConnections: 4 })
    await driver.open()
    const lateness: number[] = []
    for (let round = 0; round < rounds; round++) {
      const ready = await driver.get(scope, [parseStorageKey('ready')])
      await driver.commit(target, commitOf(put('ready', `${round} after ${ready.length}`)))
      server.freeze()
      const writes = new Map<string, Promise<Told>>()
      const reads: Promise<Told>[] = []
      for (let call = 0; call < calls; call++) {
        const key = `${round}-${call}`
        // Large enough that not all of them are in the batches that are on their way.
        const change = put(key, new Uint8Array(300_000).fill(call))
        writes.set(
          key,
          timed((deadlineAt) => driver.commit(target, commitOf(change), { deadlineAt })),
        )
        reads.push(...everyRead(driver, key))
      }
      const told = await Promise.all([...writes.values(), ...reads])
      lateness.push(...told.map(({ lateMs }) => lateMs))
      server.thaw()
      // No pause and no second attempt: whoever comes next is served.
      await driver.commit(target, commitOf(put('after', String(round))))
      await expect(driver.get(scope, [parseStorageKey('after')])).resolves.toHaveLength(1)
      const codes = new Set(told.map(({ code }) => code))
      expect([...codes].filter((code) => code !== 'OUTCOME_UNKNOWN')).toEqual(['DEADLINE_EXCEEDED'])
      const found = await listAll(driver)
      for (const [key, write] of writes) {
        const { code } = await write
        const isThere = found.has(parseStorageKey(key))
        expect({ code, isThere }).not.toEqual({ code: 'DEADLINE_EXCEEDED', isThere: true })
      }
    }
    await usageMustBeExact(driver)
    const latest = Math.max(...lateness)
    await annotate(
      `${lateness.length} calls, the latest ${latest.toFixed(1)} ms after its deadline`,
    )
    expect(latest).toBeLessThan(slackMs)
  },
)

test('commits of a plugin go on when those before hang in a lost connection', async () => {
  await using server = await ThrowawayPostgres.start()
  await using driver = createPostgresDriver({ url: server.url, maxConnections: 4 })
  await driver.open()
  await driver.commit(target, commitOf(put('before', 'it')))
  server.freeze()
  const controller = new AbortController()
  const hanging = [0, 1, 2].map((call) =>
    driver.commit(target, commitOf(put(`hanging-${call}`, new Uint8Array(600_000))), {
      signal: controller.signal,
    }),
  )
  const patient = driver.commit(target, commitOf(put('patient', 'it')))
  controller.abort()
  const outcomes = await Promise.allSettled(hanging)
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  server.thaw()
  // It was with those that were given up, and nobody gave it up.
  await expect(patient).resolves.toBe(undefined)
})

function everyRead(driver: StorageDriver, key: string): readonly Promise<Told>[] {
  const keys = [parseStorageKey(key)]
  const query = { prefix: '', cursor: null, limit: 10, keysOnly: true } as const
  return [
    timed((deadlineAt) => driver.get(scope, keys, { deadlineAt })),
    timed((deadlineAt) => driver.list(scope, query, { deadlineAt })),
    timed((deadlineAt) => driver.usage(scope, { deadlineAt })),
    timed((deadlineAt) => driver.readStream(scope, parseStorageKey(key), null, { deadlineAt })),
  ]
}
