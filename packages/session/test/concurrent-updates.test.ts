import { HoldfastError, parseStorageKey } from '@holdfast/core'
import { definePlugin, persistent_store } from '@holdfast/session'
import { testPlugin } from '@holdfast/session/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { caught } from './caught.ts'
import { invoke } from './invoke.ts'
import { makeContext, openDriver } from './make-context.ts'
import { racing } from './racing-driver.ts'
import { encode } from './text.ts'
function append(index: number): Promise<number[]> {
  return persistent_store.update('list', (list: number[] = []) => [...list, index])
}

const setUp = () => testPlugin(definePlugin({}), { now: 1_000 })

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('concurrent updates', () => {
  test('of one key in one process lose none, and cost one commit each', async () => {
    const driver = racing(await openDriver(), () => false)
    const one = (): Promise<void> =>
      invoke(
        async () => {
          await persistent_store.increment('n')
        },
        { driver },
      )
    await Promise.all(Array.from({ length: 1_000 }, one))
    expect(driver.commits).toHaveLength(1_000)
    await invoke(
      async () => {
        expect(await persistent_store.get('n')).toBe(1_000)
      },
      { driver },
    )
  })

  test('lose none to other processes, which are faster time and again', async () => {
    const driver = racing(await openDriver(), (count) => count % 3 !== 0)
    await invoke(
      async () => {
        await Promise.all(Array.from({ length: 40 }, (_none, index) => append(index)))
        const list = await persistent_store.get<number[]>('list')
        expect(list?.toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: 40 }, (_none, index) => index),
        )
      },
      { driver },
    )
    expect(driver.commits.length).toBeGreaterThan(80)
  })

  test('go in the order in which they asked', async () => {
    const { persistent_store: json } = setUp()
    const order: number[] = []
    const update = (index: number) =>
      json.update('k', () => {
        order.push(index)
        return index
      })
    await Promise.all([0, 1, 2, 3, 4].map(update))
    expect(order).toEqual([0, 1, 2, 3, 4])
  })

  test('of different keys, stores, plugins and workspaces do not wait for one another', async () => {
    // So that no turn ends by itself.
    vi.useFakeTimers()
    const driver = await openDriver()
    const both = Promise.withResolvers<void>()
    const entered: string[] = []
    const meet = async (name: string): Promise<void> => {
      entered.push(name)
      if (entered.length === 5) both.resolve()
      await both.promise
    }
    const update = (name: string, key: string) => async () => {
      await persistent_store.update(key, async () => {
        await meet(name)
        return name
      })
    }
    await Promise.all([
      invoke(update('a', 'k'), { driver }),
      invoke(update('b', 'other'), { driver }),
      invoke(update('c', 'k'), { driver, plugin: 'another' }),
      invoke(update('d', 'k'), { driver, workspace: 'another' }),
      invoke(
        async ({ storage }) => {
          await storage.update('k', async () => {
            await meet('e')
            return encode('e')
          })
        },
        { driver },
      ),
    ])
    expect(entered.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  test('end with CONTENTION, which may be retried, when others are always faster', async () => {
    vi.useFakeTimers()
    const driver = racing(await openDriver(), () => true)
    let calls = 0
    const outcome = caught(
      invoke(
        async () => {
          await persistent_store.update('k', () => ++calls)
        },
        { driver },
      ),
    )
    await vi.advanceTimersByTimeAsync(60_000)
    const error = await outcome
    expect(error).toMatchObject({
      code: 'CONTENTION',
      retryable: true,
      context: { key: 'k', attempts: calls },
    })
    expect(error.message).toContain('the key "k"')
    expect(calls).toBeGreaterThanOrEqual(100)
  })

  test('do not repeat a write whose outcome is unknown', async () => {
    const driver = await openDriver()
    let commits = 0
    vi.spyOn(driver, 'commit').mockImplementation(async () => {
      commits++
      throw new HoldfastError('OUTCOME_UNKNOWN', 'Nobody knows.')
    })
    const updating = invoke(
      async () => {
        await persistent_store.increment('n')
      },
      { driver },
    )
    expect(await caught(updating)).toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    expect(commits).toBe(1)
  })
})

describe('an update that waits', () => {
  test('leaves the queue when its invocation is aborted, before or while it waits', async () => {
    const { storage } = await makeContext()
    const key = parseStorageKey('k')
    const first = Promise.withResolvers<void>()
    const ran: string[] = []
    const controller = new AbortController()
    const { signal } = controller
    const holder = storage.inTurn('storage', key, () => first.promise)
    const waiter = caught(
      storage.inTurn('storage', key, async () => ran.push('waiter'), { signal }),
    )
    const last = storage.inTurn('storage', key, async () => ran.push('last'))
    const reason = new Error('Nobody waits.')
    controller.abort(reason)
    expect(await waiter).toMatchObject({ code: 'ABORTED', cause: reason })
    const late = storage.inTurn('storage', key, async () => ran.push('late'), { signal })
    expect(await caught(late)).toMatchObject({ code: 'ABORTED', cause: reason })
    first.resolve()
    await Promise.all([holder, last])
    expect(ran).toEqual(['last'])
  })

  test('stops waiting between two attempts when its invocation is aborted', async () => {
    vi.useFakeTimers()
    vi.spyOn(Math, 'random').mockReturnValue(0.9)
    const controller = new AbortController()
    const lost = Promise.withResolvers<void>()
    const driver = racing(await openDriver(), () => {
      lost.resolve()
      return true
    })
    const { signal } = controller
    const outcome = caught(invoke(() => persistent_store.increment('n'), { driver, signal }))
    await lost.promise
    await vi.advanceTimersByTimeAsync(0)
    controller.abort()
    // No timer fires any more.
    expect(await outcome).toMatchObject({ code: 'ABORTED' })
    expect(driver.commits).toHaveLength(1)
  })

  test('stops trying when its invocation is aborted', async () => {
    const controller = new AbortController()
    const driver = racing(await openDriver(), (count) => {
      if (count === 3) controller.abort()
      return true
    })
    const updating = invoke(
      async () => {
        await persistent_store.increment('n')
      },
      { driver, signal: controller.signal },
    )
    expect(await caught(updating)).toMatchObject({ code: 'ABORTED' })
    expect(driver.commits).toHaveLength(4)
  })

  test('goes on after a second beside one that does not end', async () => {
    vi.useFakeTimers()
    const { persistent_store: json } = setUp()
    const slow = Promise.withResolvers<number>()
    const calls: unknown[] = []
    const first = json.update('n', (current: number | undefined) => {
      calls.push(current)
      return current === undefined ? slow.promise : current + 1
    })
    const second = json.increment('n', 10)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await second).toBe(10)
    slow.resolve(1)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await first).toBe(11)
    expect(calls).toEqual([undefined, 10])
  })
})

test('an update leaves nothing in the queue of a storage', async () => {
  const context = await makeContext()
  const key = parseStorageKey('k')
  const order: string[] = []
  const failing = context.storage.inTurn('storage', key, async () => {
    order.push('first')
    throw new Error('No.')
  })
  const next = context.storage.inTurn('storage', key, async () => order.push('second'))
  await expect(failing).rejects.toThrow('No.')
  await next
  await context.storage.inTurn('storage', key, async () => order.push('third'))
  expect(order).toEqual(['first', 'second', 'third'])
})
