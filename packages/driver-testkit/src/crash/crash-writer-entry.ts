// The program of a process of writers; run-crash-check.ts starts it and hears what it tells.
import type { StorageKey, Version } from '@holdfast/core'
import { importDriverModule } from '../import-driver-module.ts'
import { endWithParent, readPlan, tellParent } from '../parent-process.ts'
import { SeededRandom } from '../seeded-random.ts'
import type { CrashMessage, WriterPlan } from './crash-message.ts'
import { CrashWriter, type WritersShare } from './crash-writer.ts'
import { lookAround } from './look-around.ts'

endWithParent()
await main(readPlan() as WriterPlan)

async function main(plan: WriterPlan): Promise<void> {
  const { createDriver } = await importDriverModule(plan.driverModule)
  await using driver = await createDriver(plan.location)
  tellParent({ kind: 'opening' } satisfies CrashMessage)
  await driver.open()
  const found = await lookAround(driver)
  tellParent(found)

  let round = plan.firstRound
  const versions = new Map<StorageKey, Version>(
    found.entries.map(({ key, version }) => [key, version]),
  )
  const share: WritersShare = { driver, versions, nextRound: () => round++ }
  const writers = Array.from({ length: plan.writers }, (_, writer) => {
    const random = new SeededRandom(plan.seed, writer)
    return new CrashWriter(share, writer, random).run()
  })
  await Promise.all(writers)
}
