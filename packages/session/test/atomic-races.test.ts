import {
  type Commit,
  HoldfastError,
  mintVersion,
  parseStorageKey,
  type Put,
  type StorageDriver,
} from '@holdfast/core'
import { persistent_store, type Session } from '@holdfast/session'
import * as fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { caught } from './caught.ts'
import { invoke } from './invoke.ts'
import { openDriver } from './make-context.ts'
import { racing } from './racing-driver.ts'
import { encode } from './text.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const letters = ['a', 'b', 'c', 'd']

/** Adds 1 to each of the keys and as many to their sum, and stores a file. */
async function visit({ atomic }: Session, id: number, keys: readonly string[]): Promise<void> {
  const change = atomic()
  for (const key of keys) change.persistent_store.increment(key)
  change.persistent_store.increment('sum', keys.length)
  change.storage.set(`visits/${id}`, encode(keys.join()))
  await change.commit()
}

function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Lets other tasks come between, before each call of the store and after it. */
function interleaving(driver: StorageDriver): StorageDriver {
  const [get, commit] = [driver.get.bind(driver), driver.commit.bind(driver)]
  driver.get = async (...call) => {
    await pause()
    const entries = await get(...call)
    await pause()
    return entries
  }
  driver.commit = async (...call) => {
    await pause()
    await commit(...call)
    await pause()
  }
  return driver
}

/** Hides from each invocation that it shares its process with others: then nobody waits for a turn. */
function apart(driver: StorageDriver): StorageDriver {
  return new Proxy(driver, {})
}

describe('concurrent atomic increments', () => {
  test('lose none and are never half done, whoever comes between', async () => {
    const plan = fc.array(fc.subarray(letters, { minLength: 1 }), {
      minLength: 2,
      maxLength: 12,
    })
    const property = fc.asyncProperty(plan, fc.boolean(), async (visits, areApart) => {
      const driver = interleaving(await openDriver())
      const done = new AbortController()
      const look = invoke(
        async () => {
          while (!done.signal.aborted) {
            // One read, so it is of one moment.
            const counts = await persistent_store.getMany<number>([...letters, 'sum'])
            const sum = letters.reduce((total, key) => total + (counts.get(key) ?? 0), 0)
            expect(sum).toBe(counts.get('sum') ?? 0)
          }
        },
        { driver },
      )
      await Promise.all(
        visits.map((keys, id) =>
          invoke((session) => visit(session, id, keys), {
            driver: areApart ? apart(driver) : driver,
          }),
        ),
      )
      done.abort()
      await look
      await invoke(
        async ({ storage }) => {
          for (const key of letters) {
            const expected = visits.filter((keys) => keys.includes(key)).length
            expect((await persistent_store.get(key)) ?? 0).toBe(expected)
          }
          expect(await Array.fromAsync(storage.keys())).toHaveLength(visits.length)
        },
        { driver },
      )
    })
    await fc.assert(property, { numRuns: 40 })
  })

  test('lose none to other processes, which are faster time and again', async () => {
    const driver = racing(await openDriver(), (count) => count % 3 !== 0)
    await Promise.all(
      Array.from({ length: 20 }, (_none, id) =>
        invoke((session) => visit(session, id, ['b', 'a']), { driver }),
      ),
    )
    await invoke(
      async () => {
        expect(Object.fromEntries(await persistent_store.getMany(['a', 'b', 'sum']))).toEqual({
          a: 20,
          b: 20,
          sum: 40,
        })
      },
      { driver },
    )
    expect(driver.commits.length).toBeGreaterThan(40)
  })

  test('in one process cost one commit each, also beside plain increments', async () => {
    const driver = racing(await openDriver(), () => false)
    await Promise.all(
      Array.from({ length: 100 }, (_none, id) =>
        invoke(
          async (session) => {
            if (id % 3 === 0) await persistent_store.increment('b')
            else await visit(session, id, id % 2 === 0 ? ['a', 'b'] : ['b', 'a', 'c'])
          },
          { driver },
        ),
      ),
    )
    expect(driver.commits).toHaveLength(100)
  })

  test('see what a lost race has changed, and do not repeat what was checked', async () => {
    const { driver, commits } = await overtaken()
    await invoke(
      async ({ atomic }) => {
        const change = atomic()
        change.persistent_store.increment('n').set('k', 'v')
        expect((await change.commit()).numbers.get('n')).toBe(42)
      },
      { driver },
    )
    expect(commits).toHaveLength(2)
  })

  test('are not made again when a check fails, too', async () => {
    const { driver, commits } = await overtaken()
    await invoke(
      async ({ atomic }) => {
        const change = atomic()
        change.persistent_store.increment('n').check('flag', mintVersion())
        expect(await caught(change.commit())).toMatchObject({ context: { key: 'flag' } })
      },
      { driver },
    )
    expect(commits).toHaveLength(1)
  })

  test('are made again when the key of the same name in the other store is checked', async () => {
    const { driver } = await overtaken()
    await invoke(
      async ({ atomic }) => {
        const change = atomic()
        change.persistent_store.increment('n')
        change.storage.check('n', null)
        expect((await change.commit()).numbers.get('n')).toBe(42)
      },
      { driver },
    )
  })

  test('end with CONTENTION, which may be retried, when others are always faster', async () => {
    vi.useFakeTimers()
    const driver = racing(await openDriver(), () => true)
    const outcome = caught(invoke((session) => visit(session, 0, ['a', 'b']), { driver }))
    await vi.advanceTimersByTimeAsync(60_000)
    const error = await outcome
    expect(error).toMatchObject({ code: 'CONTENTION', retryable: true })
    expect(error.message).toContain('"a"')
    expect(driver.commits.length).toBeGreaterThanOrEqual(100)
  })

  test('are not repeated when their outcome is unknown', async () => {
    const driver = await openDriver()
    let commits = 0
    vi.spyOn(driver, 'commit').mockImplementation(async () => {
      commits++
      throw new HoldfastError('OUTCOME_UNKNOWN', 'Nobody knows.')
    })
    const visiting = invoke((session) => visit(session, 0, ['a']), { driver })
    expect(await caught(visiting)).toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    expect(commits).toBe(1)
  })

  test('that wait for the turns of one another go on, in whatever order they name the keys', async () => {
    // So that no turn ends by itself.
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    const driver = interleaving(await openDriver())
    await Promise.all(
      Array.from({ length: 10 }, (_none, id) =>
        invoke((session) => visit(session, id, id % 2 === 0 ? ['a', 'b'] : ['b', 'a']), { driver }),
      ),
    )
    await invoke(
      async () => {
        expect(await persistent_store.get('a')).toBe(10)
      },
      { driver },
    )
  })
})

/** A driver on which somebody else sets `n` to 41 right before the first commit. */
async function overtaken(): Promise<{ driver: StorageDriver; commits: readonly Commit[] }> {
  const driver = await openDriver()
  const commit = driver.commit.bind(driver)
  const commits: Commit[] = []
  driver.commit = async (target, wanted) => {
    commits.push(wanted)
    if (commits.length === 1) await commit(target, { ...nothing, puts: [fortyOne] })
    await commit(target, wanted)
  }
  return { driver, commits }
}

const nothing: Commit = { checks: [], puts: [], deletes: [], quota: null }

const fortyOne: Put = {
  store: 'persistent_store',
  key: parseStorageKey('n'),
  value: encode('41'),
  version: mintVersion(),
  expiresAt: null,
  contentType: null,
}
