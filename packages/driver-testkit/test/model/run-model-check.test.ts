import {
  formatModelCheck,
  ModelCheckFailure,
  runModelCheck,
  wrapSubject,
} from '@holdfast/driver-testkit'
import { expect, test } from 'vitest'
import { overrideDriver } from '../../src/mutants/override-driver.ts'
import { mapSubject } from '../map-subject.ts'

// `pnpm soak` sets the seed.
const soak = process.env['HOLDFAST_SOAK']
const commands = soak === undefined ? 500 : 10_000

test(`a driver over a Map answers ${commands} commands as the model does`, async ({ annotate }) => {
  const run = await runModelCheck({ subject: mapSubject, commands, seed: Number(soak ?? 1) })
  await annotate(formatModelCheck(run))
  expect(run.commands).toBeGreaterThanOrEqual(commands)
  expect(run.byKind['commit']).toBeGreaterThan(commands / 4)
}, 600_000)

/** Counts of what it overwrites only the value, and of what it deletes nothing. */
const drifting = wrapSubject(mapSubject, 'drifting map', (driver) => {
  let drift = 0
  return overrideDriver(driver, {
    async commit(target, commit, options) {
      await driver.commit(target, commit, options)
      drift += commit.deletes.length
    },
    async usage(scope, options) {
      const { entries, bytes } = await driver.usage(scope, options)
      return { entries: entries + drift, bytes }
    },
  })
})

async function failureOf(check: Promise<unknown>): Promise<ModelCheckFailure> {
  const error = await check.then(
    () => new Error('It has found nothing.'),
    (reason: unknown) => reason,
  )
  if (error instanceof ModelCheckFailure) return error
  throw error
}

test.for([1, 2, 3, 4, 5])(
  'what a wrong driver answers to hundreds of commands is cut down to a few, with seed %i',
  async (seed) => {
    const failure = await failureOf(runModelCheck({ subject: drifting, seed }))
    expect(failure.steps.map(({ title }) => title.split(' ')[0])).toEqual(['commit', 'usage'])
    expect(failure.steps[0]?.title).toMatch(/^commit to \w+\/[\w.]+: delete \w+ "[^;]*$/)
    expect(failure.steps[1]).toMatchObject({
      expected: '0 entries, 0 bytes',
      got: '1 entries, 0 bytes',
    })
  },
)

test('the message of a failure has its commands, their answers, and what runs them again', async () => {
  const failure = await failureOf(runModelCheck({ subject: drifting, seed: 7 }))
  const { seed, path } = failure.replay
  expect(failure.message.split('\n')).toEqual([
    'The drifting map driver answers otherwise than the model after 2 commands:',
    expect.stringMatching(/^ {2}1\. commit to .*: delete /),
    '     → done',
    expect.stringMatching(/^ {2}2\. usage of /),
    '     expected: 0 entries, 0 bytes',
    '     got:      1 entries, 0 bytes',
    'Seed: 7',
    `Path: ${path}`,
    `To run these commands alone: runModelCheck({ subject, replay: { seed: ${seed}, path: '${path}' } })`,
    'with a subject that has takesClock true, durability none, shared false, maxStreamBytes 0, maxWatchedKeys 0',
  ])
  const again = await failureOf(runModelCheck({ subject: drifting, replay: failure.replay }))
  expect(again.message).toBe(failure.message)
})

test('a replay of what has been mended finds nothing, and runs nothing else', async () => {
  const { replay } = await failureOf(runModelCheck({ subject: drifting, seed: 7 }))
  const run = await runModelCheck({ subject: mapSubject, replay })
  // To look at what is stored in the end is no command.
  expect(run).toEqual({ seed: 7, commands: 1, stores: 1, byKind: { commit: 1 } })
})

test.for(['0:1:999999', 'nowhere', ''])(
  'a replay of a path to nothing says so: "%s"',
  async (path) => {
    const check = runModelCheck({ subject: mapSubject, replay: { seed: 7, path } })
    await expect(check).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(`The path ${path} leads to no commands of the seed 7.`),
    })
  },
)

test('the same seed makes the same commands', async () => {
  const runs = [1, 1, 2].map((seed) => runModelCheck({ subject: mapSubject, seed }))
  const [first, second, other] = await Promise.all(runs)
  expect(second).toEqual(first)
  expect(other?.byKind).not.toEqual(first?.byKind)
})

test('what a driver throws on the way is told with the commands before it', async () => {
  const unopenable = wrapSubject(mapSubject, 'closed map', (driver) =>
    overrideDriver(driver, { open: () => Promise.reject(new Error('no such store')) }),
  )
  const failure = await failureOf(runModelCheck({ subject: unopenable }))
  expect(failure.message).toContain(
    'could not be tried further after 0 commands: Error: no such store',
  )
  expect(failure.cause).toMatchObject({ message: 'no such store' })
})

test('a signal breaks it off', async () => {
  const reason = new Error('enough')
  const check = runModelCheck({ subject: mapSubject, signal: AbortSignal.abort(reason) })
  await expect(check).rejects.toBe(reason)
})
