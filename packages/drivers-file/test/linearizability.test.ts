import { join } from 'node:path'
import { formatRun, runLinearizability } from '@holdfast/driver-testkit'
import { expect, test } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'

const fixtures = join(import.meta.dirname, 'fixtures')

// `pnpm soak` names the first of 20 seeds.
const first = process.env['HOLDFAST_SOAK']
const count = first === undefined ? 3 : 20
const seeds = Array.from({ length: count }, (_, index) => Number(first ?? 1) + index)
const kills = first === undefined ? 2 : 5

test.for(seeds)(
  `is linearizable to 8 clients in 4 processes, with ${kills} kills and seed %i`,
  { timeout: 180_000 },
  async (seed, { annotate }) => {
    await using folder = await temporaryFolder()
    const run = await runLinearizability({
      seed,
      driverModule: join(fixtures, 'driver-module.ts'),
      location: join(folder.path, 'store.db'),
      operations: 1_500,
      kills,
    })
    await annotate(formatRun(run))
    expect(run.kills).toBe(kills)
    expect(run.outcomes.ok).toBeGreaterThan(1_000)
  },
)

test(
  'would not pass if each process read from a cache of its own',
  { timeout: 180_000 },
  async () => {
    await using folder = await temporaryFolder()
    const run = runLinearizability({
      seed: 1,
      driverModule: join(fixtures, 'caching-driver-module.ts'),
      location: join(folder.path, 'store.db'),
      operations: 500,
      failureFolder: folder.path,
    })
    await expect(run).rejects.toMatchObject({ kind: 'violation' })
  },
)
