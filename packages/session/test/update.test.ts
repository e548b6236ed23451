import { HoldfastError, parseStorageKey } from '@holdfast/core'
import { definePlugin, persistent_store, Tool } from '@holdfast/session'
import { runTool } from '@holdfast/session/runtime'
import { testPlugin } from '@holdfast/session/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { caught } from './caught.ts'
import { type ContextOptions, makeContext, openDriver } from './make-context.ts'
import { racing } from './racing-driver.ts'
import { decode, encode } from './text.ts'

const setUp = () => testPlugin(definePlugin({}), { now: 1_000 })

/** Runs a function as a tool. */
async function invoke(work: (tool: Tool) => Promise<void>, options: ContextOptions): Promise<void> {
  class Work extends Tool {
    async invoke() {
      await work(this)
    }
  }
  const plugin = definePlugin({ tools: { work: Work } })
  await Array.fromAsync(runTool(plugin, 'work', {}, await makeContext(options)))
}

afterEach(() => {
  vi.useRealTimers()
})

describe('update', () => {
  test('hands over what is stored, and gives and stores what comes back', async () => {
    const { storage, persistent_store: json } = setUp()
    const seen: unknown[] = []
    const append = (current: string[] | undefined) => {
      seen.push(current)
      return [...(current ?? []), 'x']
    }
    expect(await json.update('k', append)).toEqual(['x'])
    expect(
      await json.update('k', async (current: string[] | undefined) => append(current)),
    ).toEqual(['x', 'x'])
    expect(seen).toEqual([undefined, ['x']])
    expect(await json.get('k')).toEqual(['x', 'x'])

    const grow = (current: Uint8Array | null) => encode(`${decode(current) ?? ''}!`)
    expect(decode(await storage.update('k', grow))).toBe('!')
    expect(decode(await storage.update('k', grow))).toBe('!!')
    expect(decode(await storage.get('k'))).toBe('!!')
  })

  test('stores a value that was changed in place and returned', async () => {
    const { storage, persistent_store: json } = setUp()
    await json.set('k', { tags: ['a'] })
    await json.update<{ tags: string[] }>('k', (current = { tags: [] }) => {
      current.tags.push('b')
      return current
    })
    expect(await json.get('k')).toEqual({ tags: ['a', 'b'] })

    await storage.set('k', encode('abc'))
    await storage.update('k', (current) => current?.fill(0x7a) ?? encode(''))
    expect(decode(await storage.get('k'))).toBe('zzz')
  })

  test('refuses a function that returns nothing, and changes nothing', async () => {
    const { storage, persistent_store: json } = setUp()
    await json.set('k', ['a'])
    const updating = json.update<string[]>('k', ((current: string[]) => {
      current.push('b')
    }) as never)
    const error = await caught(updating)
    expect(error).toMatchObject({ code: 'INVALID_JSON_VALUE' })
    expect(error.message).toContain('must return it')
    expect(await json.get('k')).toEqual(['a'])
    expect(await caught(storage.update('k', (() => undefined) as never))).toMatchObject({
      code: 'WRONG_TYPE',
    })
    expect(await storage.exists('k')).toBe(false)
  })

  test('keeps the expiry and the content type unless told otherwise', async () => {
    const { storage, persistent_store: json, clock } = setUp()
    await storage.set('k', encode('1'), { expiresInMs: 100, contentType: 'a/b' })
    clock.advance(10)
    await storage.update('k', () => encode('2'))
    expect(await storage.getEntry('k')).toMatchObject({
      expiresAt: 1_100,
      contentType: 'a/b',
      createdAt: 1_000,
      updatedAt: 1_010,
    })
    await storage.update('k', () => encode('3'), { expiresInMs: 200 })
    expect(await storage.getEntry('k')).toMatchObject({ expiresAt: 1_210, contentType: 'a/b' })
    await storage.update('k', () => encode('3'), { contentType: 'c/d' })
    expect(await storage.getEntry('k')).toMatchObject({ expiresAt: 1_210, contentType: 'c/d' })

    await json.update('k', () => 1, { expiresInMs: 5 })
    clock.advance(5)
    const seen: unknown[] = []
    await json.update('k', (current) => {
      seen.push(current)
      return 2
    })
    expect(seen).toEqual([undefined])
    expect(await json.getEntry('k')).toMatchObject({ expiresAt: null })
  })

  test('writes nothing when the value stays the same', async () => {
    const { storage, persistent_store: json } = setUp()
    const version = await json.set('k', { a: [1] })
    await json.update('k', (current) => current ?? null)
    expect(await json.getEntry('k')).toMatchObject({ version })
    await json.update('k', (current) => current ?? null, { expiresInMs: 5 })
    expect((await json.getEntry('k'))?.version).not.toBe(version)

    const bytesVersion = await storage.set('k', new Uint8Array())
    await storage.update('k', () => new Uint8Array())
    expect(await storage.getEntry('k')).toMatchObject({ version: bytesVersion })
    await storage.update('new', () => new Uint8Array())
    expect(await storage.exists('new')).toBe(true)
  })

  test('passes on what its function throws, and changes nothing', async () => {
    const { persistent_store: json } = setUp()
    await json.set('k', 1)
    const failure = new Error('No.')
    const updating = json.update('k', () => {
      throw failure
    })
    await expect(updating).rejects.toBe(failure)
    await expect(json.increment('k')).resolves.toBe(2)
  })

  test('does not take a lost race inside its function for one of its own', async () => {
    const { persistent_store: json } = setUp()
    let calls = 0
    const updating = json.update('k', async () => {
      calls++
      await json.set('other', 1, { ifVersion: 'not-this-one' })
      return 1
    })
    expect(await caught(updating)).toMatchObject({
      code: 'VERSION_MISMATCH',
      context: { key: 'other' },
    })
    expect(calls).toBe(1)
  })
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
        const append = (index: number) =>
          persistent_store.update('list', (list: number[] = []) => [...list, index])
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
        async (tool) => {
          await tool['session'].storage.update('k', async () => {
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
    expect(await outcome).toMatchObject({
      code: 'CONTENTION',
      retryable: true,
      context: { key: 'k', attempts: calls },
    })
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

describe('an update inside the function of another', () => {
  test('of the same key is refused at once', async () => {
    const { storage, persistent_store: json } = setUp()
    await json.set('k', 1)
    for (const inner of [
      () => json.update('k', () => 2),
      () => json.increment('k'),
      () => json.set('k', 2),
      () => json.setMany({ fine: 1, k: 2 }),
      () => json.delete('k'),
      () => json.update('other', async () => await json.update('k', () => 2)),
    ]) {
      const updating = json.update('k', async () => {
        await inner()
        return 3
      })
      expect(await caught(updating)).toMatchObject({ code: 'NESTED_UPDATE', context: { key: 'k' } })
    }
    expect(await json.get('k')).toBe(1)
    expect(await json.exists('fine')).toBe(false)
    await json.update('k', async () => {
      await storage.set('k', encode('the other store has a key of that name, too'))
      return 4
    })
    expect(await json.get('k')).toBe(4)
  })

  test('of another key is made', async () => {
    const { persistent_store: json } = setUp()
    await json.update('a', async () => await json.update('b', () => 'both'))
    expect(await json.getMany(['a', 'b'])).toEqual(
      new Map([
        ['a', 'both'],
        ['b', 'both'],
      ]),
    )
  })

  test('does not wait for ever when another does the same the other way round', async () => {
    const { persistent_store: json } = setUp()
    const met = Promise.withResolvers<void>()
    let inside = 0
    const crossed = (outer: string, inner: string) =>
      json.update(outer, async (count: number | undefined) => {
        if (++inside === 2) met.resolve()
        await met.promise
        await json.increment(inner)
        return (count ?? 0) + 1
      })
    await Promise.all([crossed('a', 'b'), crossed('b', 'a')])
    // Each function runs again after the inner increment of the other has overtaken it.
    expect(await json.get<number>('a')).toBeGreaterThanOrEqual(2)
    expect(await json.get<number>('b')).toBeGreaterThanOrEqual(2)
  })

  test('is inside no more when the function has ended and left it behind', async () => {
    const { persistent_store: json } = setUp()
    const done = Promise.withResolvers<number>()
    const after = Promise.withResolvers<void>()
    await json.update('n', () => {
      void after.promise.then(() => json.increment('n')).then(done.resolve, done.reject)
      return 1
    })
    after.resolve()
    expect(await done.promise).toBe(2)
  })
})

describe('an update that waits', () => {
  test('leaves the queue when its invocation is aborted', async () => {
    const driver = await openDriver()
    const first = Promise.withResolvers<void>()
    const entered = Promise.withResolvers<void>()
    const holder = invoke(
      async () => {
        await persistent_store.update('n', async () => {
          entered.resolve()
          await first.promise
          return 1
        })
      },
      { driver },
    )
    await entered.promise
    const controller = new AbortController()
    const waiter = invoke(
      async () => {
        await persistent_store.increment('n')
      },
      { driver, signal: controller.signal },
    )
    const last = invoke(
      async () => {
        await persistent_store.increment('n', 10)
      },
      { driver },
    )
    controller.abort(new Error('Nobody waits.'))
    expect(await caught(waiter)).toMatchObject({ code: 'ABORTED' })
    first.resolve()
    await Promise.all([holder, last])
    await invoke(
      async () => {
        expect(await persistent_store.get('n')).toBe(11)
      },
      { driver },
    )
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
