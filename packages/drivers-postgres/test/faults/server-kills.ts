import type { StorageDriver } from '@holdfast/core'
import type { ThrowawayPostgres } from '@holdfast/test-postgres'
import { Ledger, type Outcome } from './store-of-test.ts'

/**
 * Kills a server again and again while drivers write to it, and compares after each kill what is
 * there with what the writers were told.
 *
 * @returns how often writers were told what
 */
export async function killUnderLoad(
  server: ThrowawayPostgres,
  drivers: readonly [StorageDriver, ...StorageDriver[]],
  cycles: number,
): Promise<Readonly<Record<Outcome, number>>> {
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
    // A writer that is left in doubt ends, and with it the waiting.
    await Promise.race([enough.promise, Promise.all(writing)])
    await server.kill()
    isKilled.abort()
    await server.restart()
    await Promise.all(writing)
    await ledger.check(drivers[0])
  }
  return ledger.counts
}
