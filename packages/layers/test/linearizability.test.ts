import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatRun, runLinearizability } from '@holdfast/driver-testkit'
import { createFileDriver } from '@holdfast/drivers-file'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import { coalesce } from '@holdfast/layers'
import { expect, test } from 'vitest'

// `pnpm soak` names the first of 20 seeds.
const first = process.env['HOLDFAST_SOAK']
const count = first === undefined ? 3 : 20
const seeds = Array.from({ length: count }, (_, index) => Number(first ?? 1) + index)

test.for(seeds)(
  'is linearizable over memory to 8 clients, with seed %i',
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

test.for(seeds)(
  'is linearizable over a file to 8 clients, with seed %i',
  { timeout: 60_000 },
  async (seed, { annotate, onTestFinished }) => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-layers-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const path = join(folder, 'store.db')
    const run = await runLinearizability({
      seed,
      createDriver: () => coalesce(createFileDriver({ path })),
    })
    await annotate(formatRun(run))
    expect(run.outcomes.ok).toBeGreaterThanOrEqual(2_000)
  },
)
