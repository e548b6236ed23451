import { formatModelCheck, runModelCheck } from '@holdfast/driver-testkit'
import { expect, test } from 'vitest'
import { coalescedMemory } from './subjects.ts'

// `pnpm soak` sets the seed.
const soak = process.env['HOLDFAST_SOAK']
const commands = soak === undefined ? 500 : 10_000

test(`answers ${commands} commands as the model does`, async ({ annotate }) => {
  const run = await runModelCheck({ subject: coalescedMemory, commands, seed: Number(soak ?? 1) })
  await annotate(formatModelCheck(run))
  expect(run.commands).toBeGreaterThanOrEqual(commands)
}, 1_800_000)
