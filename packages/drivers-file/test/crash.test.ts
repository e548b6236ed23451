import { join } from 'node:path'
import { formatCrashRun, runCrashCheck } from '@holdfast/driver-testkit'
import { expect, test } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'

// `pnpm soak` sets the seed.
const soak = process.env['HOLDFAST_SOAK']
const kills = soak === undefined ? 50 : 500

test(`${kills} times kill -9 of a writing process lose no acknowledged write, tear nothing and leave usage exact`, async ({
  annotate,
}) => {
  await using folder = await temporaryFolder()
  const run = await runCrashCheck({
    driverModule: join(import.meta.dirname, 'fixtures/driver-module.ts'),
    location: join(folder.path, 'store.db'),
    kills,
    seed: Number(soak ?? 1),
  })
  await annotate(formatCrashRun(run))
  expect(run.acknowledged).toBeGreaterThan(kills)
  expect(run.arrived, 'some kills come when a write is done but not acknowledged').toBeGreaterThan(
    0,
  )
  expect(run.vanished, 'and some before').toBeGreaterThan(0)
}, 1_800_000)
