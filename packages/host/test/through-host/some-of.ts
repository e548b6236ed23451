import type { TestFunction } from '@holdfast/driver-testkit'
import { test } from 'vitest'
import { isChosen } from '../is-chosen.ts'

/** Declares some of the tests that it is given, and shows the others as skipped. */
export function someOf(suite: string, oneIn = 20): TestFunction {
  return Object.assign(
    (title: string, body: () => Promise<void>) => {
      const declare = isChosen(`${suite} ${title}`, oneIn) ? test : test.skip
      declare(title, body)
    },
    { skip: test.skip },
  )
}
