import { readdir, readFile } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { HoldfastError, MisuseError, type StorageDriver } from '@holdfast/core'
import { describe, expect, test } from 'vitest'
import { createMapDriver } from '../../examples/map-driver.ts'
import { checkHistory } from '../../src/linearizability/check-history.ts'
import { LinearizabilityFailure } from '../../src/linearizability/linearizability-failure.ts'
import type { LinearizabilityOptions } from '../../src/linearizability/linearizability-options.ts'
import { runLinearizability } from '../../src/linearizability/run-linearizability.ts'
import { parseHistory } from '../../src/linearizability/saved-history.ts'
import { overrideDriver } from '../../src/mutants/override-driver.ts'
import { temporaryFolder } from './temporary-folder.ts'
import {
  acknowledgesTooEarly,
  appliesWhatWasAborted,
  checksBeforeWaiting,
  losesWritesOfOneTurn,
  readsFromStaleCache,
  type Wrong,
} from './wrong-drivers.ts'

const wrongs: readonly (readonly [string, Wrong])[] = [
  ['reads from a stale cache', readsFromStaleCache],
  ['loses all writes of one turn but the last', losesWritesOfOneTurn],
  ['checks before it waits', checksBeforeWaiting],
  ['applies what was aborted', appliesWhatWasAborted],
  ['acknowledges too early', acknowledgesTooEarly],
]

async function failureOf(options: LinearizabilityOptions): Promise<LinearizabilityFailure> {
  const outcome = await runLinearizability(options).catch((error: unknown) => error)
  if (outcome instanceof LinearizabilityFailure) return outcome
  throw new Error('The run has not failed as it had to.', { cause: outcome })
}

/** A right driver that takes its time before and after. */
function slowDriver(): StorageDriver {
  const driver = createMapDriver()
  return overrideDriver(driver, {
    get: (scope, keys, options) => slowly(() => driver.get(scope, keys, options)),
    commit: (target, commit, options) => slowly(() => driver.commit(target, commit, options)),
  })
}

async function slowly<Result>(call: () => Promise<Result>): Promise<Result> {
  await setImmediate()
  const result = await call()
  await setImmediate()
  return result
}

describe('a driver that', { timeout: 60_000 }, () => {
  const cases = wrongs.flatMap(([name, wrong]) =>
    [1, 2, 3].map((seed) => [name, seed, wrong] as const),
  )
  test.for(cases)('%s is caught with seed %i', async ([, seed, wrong]) => {
    await using folder = await temporaryFolder()
    const failureFolder = folder.path
    const createDriver = (): StorageDriver => wrong(createMapDriver())
    const failure = await failureOf({ createDriver, seed, failureFolder })
    expect(failure).toMatchObject({ kind: 'violation', seed })
    const saved = parseHistory(await readFile(failure.historyPath, 'utf8'))
    expect(checkHistory(saved).map(({ kind }) => kind)).toContain('violation')
  })

  test('is right and slow passes, with operations that overlap', async () => {
    const run = await runLinearizability({ createDriver: slowDriver, seed: 1 })
    expect(run.outcomes.ok).toBeGreaterThanOrEqual(2_000)
    // Each write of an operation that overlaps none is tried once.
    expect(run.checkSteps).toBeGreaterThan(run.outcomes.ok)
  })

  test('never answers has its run broken off, with what was in flight', async () => {
    await using folder = await temporaryFolder()
    const hanging = overrideDriver(createMapDriver(), { get: () => new Promise(() => undefined) })
    const failure = await failureOf({
      createDriver: () => hanging,
      seed: 1,
      timeoutMs: 50,
      failureFolder: folder.path,
    })
    expect(failure.kind).toBe('broken-off')
    const saved = parseHistory(await readFile(failure.historyPath, 'utf8'))
    const unanswered = saved.filter(
      (operation) => operation.outcome === 'unknown' && operation.error === 'NO_ANSWER',
    )
    // Each of the clients has one.
    expect(new Set(unanswered.map(({ client }) => client)).size).toBe(8)
  })

  test.each(['STORE_CORRUPT', 'STORE_BUSY'] as const)(
    'answers almost nothing but %s does not pass',
    async (code) => {
      await using folder = await temporaryFolder()
      const failing = overrideDriver(createMapDriver(), {
        get: () => Promise.reject(new HoldfastError(code, 'No.')),
      })
      const failureFolder = folder.path
      const failure = await failureOf({ createDriver: () => failing, seed: 1, failureFolder })
      expect(failure.kind).toBe('unexpected-errors')
      expect(failure.message).toContain(code)
    },
  )
})

describe('a run', { timeout: 60_000 }, () => {
  test('fails when the check gives up', async () => {
    await using folder = await temporaryFolder()
    const failure = await failureOf({
      createDriver: createMapDriver,
      seed: 1,
      maxSteps: 5,
      failureFolder: folder.path,
    })
    expect(failure.kind).toBe('gave-up')
  })

  test('says in its error with which seed it failed, why, and where the history is', async () => {
    await using folder = await temporaryFolder()
    const { message } = await failureOf({
      createDriver: () => checksBeforeWaiting(createMapDriver()),
      seed: 77,
      failureFolder: folder.path,
    })
    expect(message).toContain('Seed: 77')
    expect(message).toContain('No order of the operations explains this answer')
    expect((await readdir(folder.path)).toSorted()).toEqual(['seed-77.ndjson', 'seed-77.txt'])
    for (const name of await readdir(folder.path)) expect(message).toContain(name)
  })

  test('of the same seed makes the same choices', async () => {
    const runs = [await choicesOf(5), await choicesOf(5), await choicesOf(6)]
    expect(runs[0]).toEqual(runs[1])
    expect(runs[0]).not.toEqual(runs[2])
  })

  test('refuses clients that its processes cannot share evenly', async () => {
    const options = { seed: 1, driverModule: 'x.ts', location: '', clients: 8, processes: 3 }
    await expect(runLinearizability(options)).rejects.toBeInstanceOf(MisuseError)
  })
})

/** All calls that a run of a seed makes, in order. */
async function choicesOf(seed: number): Promise<readonly unknown[]> {
  const calls: unknown[] = []
  const driver = createMapDriver()
  const createDriver = (): StorageDriver =>
    overrideDriver(driver, {
      get(...call) {
        calls.push(call)
        return driver.get(...call)
      },
      commit(target, commit) {
        calls.push(commit)
        return driver.commit(target, commit)
      },
    })
  await runLinearizability({ createDriver, seed, operations: 300 })
  return calls
}
