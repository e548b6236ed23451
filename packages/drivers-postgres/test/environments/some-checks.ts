import { createHash } from 'node:crypto'
import type { TestFunction } from '@holdfast/driver-testkit'
import { test } from 'vitest'

// In soaks all of them are run.
const isSoak = process.env['HOLDFAST_SOAK'] !== undefined
const seed = process.env['HOLDFAST_SEED'] ?? new Date().toISOString()

/**
 * Declares about a quarter of the tests that it is given, another quarter in each run, and shows the
 * others as skipped. HOLDFAST_SEED names the quarter.
 */
export const someChecks: TestFunction = Object.assign(
  (title: string, body: () => Promise<void>) => {
    const [byte = 0] = createHash('sha256').update(`${seed} ${title}`).digest()
    const declare = isSoak || byte % 4 === 0 ? test : test.skip
    declare(title, body)
  },
  { skip: test.skip },
)
