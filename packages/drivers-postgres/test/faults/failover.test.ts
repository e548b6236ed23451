import type { StorageDriver } from '@holdfast/core'
import { createPostgresDriver } from '@holdfast/drivers-postgres'
import { findSystemPrograms, ThrowawayPostgres } from '@holdfast/test-postgres'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { skipReason } from '../skip-reason.ts'
import { Ledger } from './store-of-test.ts'

const isSoak = process.env['HOLDFAST_SOAK'] !== undefined
const failovers = isSoak ? 20 : 1
const writers = 4
const writesBefore = 100
const writesAfter = 20
/** In a test run others may have the cores. */
const longestPauseMs = isSoak ? 5_000 : 30_000

const programs = findSystemPrograms(15) ?? findSystemPrograms(16) ?? findSystemPrograms(17)
const why = skipReason(programs === null, 'the system has no pg_basebackup')

test.skipIf(programs === null)(
  `loses nothing that it acknowledged when a standby takes over from a killed primary, ${failovers} times${why}`,
  { timeout: 60_000 + failovers * 60_000 },
  async ({ annotate }) => {
    const pauses: number[] = []
    const told = { applied: 0, refused: 0, unknown: 0 }
    for (let round = 0; round < failovers; round++) {
      const { pauseMs, counts } = await failOver(programs ?? '')
      pauses.push(pauseMs)
      told.applied += counts.applied
      told.refused += counts.refused
      told.unknown += counts.unknown
    }
    const longest = Math.max(...pauses)
    await annotate(
      `${failovers} failovers: ${told.applied} applied, ${told.refused} refused, ${told.unknown} unknown; every writer wrote again within ${longest.toFixed()} ms of the order to promote`,
    )
    expect(longest).toBeLessThan(longestPauseMs)
  },
)

/** Kills a primary under load, promotes its standby, and compares what is there with the ledger. */
async function failOver(
  folder: string,
): Promise<{ readonly pauseMs: number; readonly counts: Ledger['counts'] }> {
  await using primary = await ThrowawayPostgres.start({
    programs: folder,
    settings: { synchronous_standby_names: 'standby' },
  })
  await using standby = await ThrowawayPostgres.startStandby(primary)
  await using stack = new AsyncDisposableStack()
  const url = urlOfBoth(primary.url, standby.url)
  const drivers = Array.from({ length: writers }, () =>
    stack.use(createPostgresDriver({ url, maxConnections: 3 })),
  )
  await Promise.all(drivers.map((driver) => driver.open()))
  await mustBeSynchronous(primary.url)

  const ledger = new Ledger()
  const enough = Promise.withResolvers<void>()
  let acknowledged = 0
  let promotedAt: number | null = null
  const write = async (driver: StorageDriver, writer: number): Promise<number> => {
    let pauseMs: number | null = null
    let left = writesAfter
    for (let at = 0; left > 0; at++) {
      const begunAfter = promotedAt
      const value = new Uint8Array(50 + (at % 200)).fill(at)
      // Each key is written once, so that one in doubt holds up nobody.
      const outcome = await ledger.write(driver, `${writer}-${at}`, value)
      if (outcome !== 'applied') continue
      if (++acknowledged === writesBefore) enough.resolve()
      if (begunAfter === null) continue
      pauseMs ??= performance.now() - begunAfter
      left--
    }
    return pauseMs ?? Infinity
  }
  const writing = Promise.all(drivers.map(write))
  await Promise.race([enough.promise, writing])
  await primary.kill()
  promotedAt = performance.now()
  await standby.promote()
  const pauseMs = Math.max(...(await writing))
  const [observer] = drivers
  if (observer === undefined) throw new Error('There are no writers.')
  await ledger.check(observer)
  return { pauseMs, counts: ledger.counts }
}

function urlOfBoth(primary: string, standby: string): string {
  const { port } = new URL(standby)
  return primary.replace(/@([^/]+)/, `@$1,127.0.0.1:${port}`) + '?target_session_attrs=read-write'
}

/** What was acknowledged would be lost by chance if the standby did not hold it. */
async function mustBeSynchronous(primary: string): Promise<void> {
  const client = postgres(primary, { max: 1 })
  const rows = await client`SELECT sync_state FROM pg_stat_replication`
  await client.end()
  expect(rows.map((row) => row['sync_state'] as unknown)).toEqual(['sync'])
}
