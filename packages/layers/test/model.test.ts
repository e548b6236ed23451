import { formatModelCheck, runModelCheck } from '@holdfast/driver-testkit'
import { expect, test } from 'vitest'
import { coalescedFile, coalescedMemory } from './subjects.ts'

// `pnpm soak` sets the seed.
const soak = process.env['HOLDFAST_SOAK']
const commands = soak === undefined ? 500 : 10_000

test.for([coalescedMemory, coalescedFile])(
  `$name answers ${commands} commands as the model does`,
  { timeout: 1_800_000 },
  async (subject, { annotate }) => {
    const run = await runModelCheck({ subject, commands, seed: Number(soak ?? 1) })
    await annotate(formatModelCheck(run))
    expect(run.commands).toBeGreaterThanOrEqual(commands)
  },
)
