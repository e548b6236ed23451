import { createPostgresDriver } from '@holdfast/drivers-postgres'
import { ThrowawayPostgres } from '@holdfast/test-postgres'
import { expect, test } from 'vitest'
import { Ledger } from './store-of-test.ts'

const writers = 4
const cycles = process.env['HOLDFAST_SOAK'] === undefined ? 20 : 1_000

test(
  `loses nothing that it acknowledged, and applies nothing that it refused, in ${cycles} kills of the server`,
  { timeout: 60_000 + cycles * 10_000 },
  async ({ annotate }) => {
    await using server = await ThrowawayPostgres.start()
    await using stack = new AsyncDisposableStack()
    const drivers = Array.from({ length: writers }, () =>
      stack.use(createPostgresDriver({ url: server.url, maxConnections: 3 })),
    )
    await Promise.all(drivers.map((driver) => driver.open()))
    const [observer] = drivers
    if (observer === undefined) throw new Error('There are no writers.')
    const ledger = new Ledger()
    let writes = 0
    for (let cycle = 0; cycle < cycles; cycle++) {
      const isKilled = new AbortController()
      const enough = Promise.withResolvers<void>()
      let acknowledged = 0
      // Each goes on until it has seen the kill, and has been served after it.
      const writing = drivers.map(async (driver, writer) => {
        for (let slot = 0; ; slot = (slot + 1) % 8) {
          const wasKilled = isKilled.signal.aborted
          const value = new TextEncoder().encode(`${writes++}`.padStart(64 + (writes % 200)))
          const key = `${writer}-${cycle % 10}-${slot}-${writes % 2}`
          const outcomes = await Promise.all([
            ledger.write(driver, key, value),
            ledger.write(driver, `${key}-beside`, value),
          ])
          if (outcomes.includes('unknown')) return
          if (outcomes.includes('applied') && ++acknowledged === 8 + ((cycle * 7) % 40)) {
            enough.resolve()
          }
          if (wasKilled && outcomes.includes('applied')) return
        }
      })
      await enough.promise
      await server.kill()
      isKilled.abort()
      await server.restart()
      await Promise.all(writing)
      await ledger.check(observer)
    }
    const { applied, refused, unknown } = ledger.counts
    await annotate(`${cycles} kills: ${applied} applied, ${refused} refused, ${unknown} unknown`)
    expect(applied).toBeGreaterThan(cycles * 8)
  },
)
