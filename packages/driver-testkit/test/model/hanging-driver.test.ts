import { ModelCheckFailure, runModelCheck, wrapSubject } from '@holdfast/driver-testkit'
import { expect, test } from 'vitest'
import { overrideDriver } from '../../src/mutants/override-driver.ts'
import { mapSubject } from '../map-subject.ts'

const never = (): Promise<never> => new Promise(() => {})

/** Never lists by a prefix of more than three characters, and closes when all calls are answered. */
const hanging = wrapSubject(mapSubject, 'hanging map', (driver) => {
  let isOwing = false
  return overrideDriver(driver, {
    list(scope, query, options) {
      if (query.prefix.length <= 3) return driver.list(scope, query, options)
      isOwing = true
      return never()
    },
    close: () => (isOwing ? never() : driver.close()),
  })
})

async function failureOf(check: Promise<unknown>): Promise<ModelCheckFailure> {
  const error: unknown = await check.then(
    () => new Error('It has found nothing.'),
    (reason: unknown) => reason,
  )
  if (error instanceof ModelCheckFailure) return error
  throw error
}

test('a command that is never answered is found, cut down to, and run again', async () => {
  const failure = await failureOf(
    runModelCheck({ subject: hanging, commands: 3_000, commandTimeoutMs: 500 }),
  )
  const [last, ...before] = failure.steps.toReversed()
  expect(last?.title).toMatch(/^list .* begin with "[^"]{4}/)
  expect(last?.got).toBe('no answer in 0.1 seconds')
  expect(before.length).toBeLessThan(3)

  const { replay } = failure
  const again = await failureOf(runModelCheck({ subject: hanging, commandTimeoutMs: 200, replay }))
  expect(again.steps.map(({ title }) => title)).toEqual(failure.steps.map(({ title }) => title))
  expect(again.steps.at(-1)?.got).toBe('no answer in 0.2 seconds')
}, 60_000)

test.for(['open', 'close'] as const)('a driver whose %s does not end has failed', async (call) => {
  const subject = wrapSubject(mapSubject, 'stuck map', (driver) =>
    overrideDriver(driver, { [call]: never }),
  )
  const failure = await failureOf(runModelCheck({ subject, commandTimeoutMs: 50, shrink: false }))
  expect(failure.message).toContain('could not be tried further')
  expect(failure.message).toContain(`${call} did not end in 0.05 seconds`)
})
