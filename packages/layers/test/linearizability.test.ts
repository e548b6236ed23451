import { formatRun, runLinearizability } from '@holdfast/driver-testkit'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import { coalesce } from '@holdfast/layers'
import { expect, test } from 'vitest'

// `pnpm soak` names the first of 20 seeds.
const first = process.env['HOLDFAST_SOAK']
const count = first === undefined ? 3 : 20
const seeds = Array.from({ length: count }, (_, index) => Number(first ?? 1) + index)

test.for(seeds)(
  'is linearizable to 8 clients in one process, with seed %i',
  { timeout: 60_000 },
  async (seed, { annotate }) => {
    const run = await runLinearizability({
      seed,
      createDriver: () => coalesce(createMemoryDriver()),
    })
    await annotate(formatRun(run))
    expect(run.outcomes.ok).toBeGreaterThanOrEqual(2_000)
  },
)
