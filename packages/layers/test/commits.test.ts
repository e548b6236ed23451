import { HoldfastError } from '@holdfast/core'
import { describe, expect, test } from 'vitest'
import { checkedPut, keyOf, numbers, openBelow, outcomes, put, scope, sizes } from './open-below.ts'

/** Has everything that is due take place. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

describe('the commits of a tick', () => {
  test('of different keys are one, with what each checks', async () => {
    const below = await openBelow()
    await Promise.all(numbers.map((number) => below.driver.commit(scope, checkedPut(number, null))))
    expect(sizes(below)).toEqual([32])
    expect(below.commit.mock.calls[0]?.[1].checks).toHaveLength(32)
    expect(await below.driver.usage(scope)).toMatchObject({ entries: 32 })
  })

  test('of one key go one after the other, in the order of the calls', async () => {
    const below = await openBelow()
    const values = [1, 2, 3]
    const calls = values.map((byte) => below.driver.commit(scope, put('k', Uint8Array.of(byte))))
    await Promise.all([...calls, below.driver.commit(scope, put('other'))])
    expect(sizes(below)).toEqual([2, 1, 1])
    const [entry] = await below.driver.get(scope, [keyOf('k')])
    expect(entry?.value).toEqual(Uint8Array.of(3))
  })

  test('of which one checks what another changes are two', async () => {
    const below = await openBelow()
    const first = put('k')
    const version = first.puts[0]?.version ?? null
    const calls = [first, checkedPut('k', version), checkedPut('k', version)]
    const ends = await outcomes(calls.map((commit) => below.driver.commit(scope, commit)))
    expect(ends).toEqual(['ok', 'ok', 'VERSION_MISMATCH'])
  })

  test('take what they were given when they were called', async () => {
    const { driver } = await openBelow()
    const value = Uint8Array.of(1)
    const calls = [driver.commit(scope, put('a', value)), driver.commit(scope, put('b'))]
    value.fill(9)
    await Promise.all(calls)
    const [entry] = await driver.get(scope, [keyOf('a')])
    expect(entry?.value).toEqual(Uint8Array.of(1))
  })

  test('are cut by their bytes, and what is larger goes by itself', async () => {
    const below = await openBelow(undefined, { maxBatchBytes: 100, maxInFlight: 1 })
    const lengths = [40, 40, 40, 200, 10, 10]
    await Promise.all(
      lengths.map((length, index) =>
        below.driver.commit(scope, put(index, new Uint8Array(length))),
      ),
    )
    expect(sizes(below)).toEqual([2, 1, 1, 2])
  })

  test('are cut by the most entries of a commit', async () => {
    const below = await openBelow()
    const many = Array.from({ length: 1_500 }, (_, index) => put(index))
    await Promise.all(many.map((commit) => below.driver.commit(scope, commit)))
    expect(sizes(below)).toEqual([1_000, 500])
  })

  test('are at most two at once, and the next takes all that came meanwhile', async () => {
    const gate = Promise.withResolvers<void>()
    const below = await openBelow((memory) => ({
      async commit(...call) {
        await gate.promise
        await memory.commit(...call)
      },
    }))
    const calls: Promise<void>[] = []
    for (const number of numbers) {
      calls.push(below.driver.commit(scope, put(number)))
      await settle()
    }
    expect(sizes(below)).toEqual([1, 1])
    gate.resolve()
    await Promise.all(calls)
    expect(sizes(below)).toEqual([1, 1, 30])
  })

  test('with different quotas are different', async () => {
    const below = await openBelow()
    const quotas = [null, { maxBytes: 100 }, { maxBytes: 100 }, { maxBytes: 200 }]
    await Promise.all(
      quotas.map((quota, index) => below.driver.commit(scope, put(index, undefined, { quota }))),
    )
    expect(sizes(below)).toEqual([1, 2, 1])
  })

  test('of a plugin over its quota are judged one by one', async () => {
    const { driver } = await openBelow()
    await driver.commit(scope, put('large', new Uint8Array(200)))
    await driver.commit(scope, put('small', new Uint8Array(1)))
    const quota = { maxBytes: 100 }
    const shrink = put('large', new Uint8Array(150), { quota })
    const grow = put('small', new Uint8Array(11), { quota })
    const ends = await outcomes([driver.commit(scope, shrink), driver.commit(scope, grow)])
    expect(ends).toEqual(['ok', 'QUOTA_EXCEEDED'])
  })

  test('ask for the usage of a plugin once, and again when it was written without its quota', async () => {
    const { driver, usage } = await openBelow()
    const quota = { maxBytes: 1_000 }
    const write = async (): Promise<void> => {
      await Promise.all(
        [1, 2].map((number) => driver.commit(scope, put(number, undefined, { quota }))),
      )
    }
    await write()
    await write()
    expect(usage).toHaveBeenCalledTimes(2)
    await driver.commit(scope, put(1))
    await write()
    expect(usage).toHaveBeenCalledTimes(4)
  })
})

describe('of several commits', () => {
  test('only that fails which is refused, with its own error', async () => {
    const below = await openBelow()
    const calls = numbers.map((number) =>
      number === 20
        ? below.driver.commit(scope, checkedPut(number, put(0).puts[0]?.version ?? null))
        : below.driver.commit(scope, put(number)),
    )
    const refused = await calls[20]?.catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'VERSION_MISMATCH', context: { key: '20' } })
    expect(new Set(await outcomes(calls.toSpliced(20, 1)))).toEqual(new Set(['ok']))
    expect(below.commit.mock.calls.length).toBeLessThan(12)
    expect(await below.driver.usage(scope)).toMatchObject({ entries: 31 })
  })

  test('those are refused that do not fit the quota, in the order of the calls', async () => {
    const { driver } = await openBelow()
    const lengths = [30, 30, 50, 30]
    const calls = lengths.map((length, index) =>
      driver.commit(scope, put(index, new Uint8Array(length), { quota: { maxBytes: 100 } })),
    )
    expect(await outcomes(calls)).toEqual(['ok', 'ok', 'QUOTA_EXCEEDED', 'ok'])
  })

  test('all are in doubt where their commit is, and nothing is written again', async () => {
    const below = await openBelow((memory) => ({
      async commit(...call) {
        await memory.commit(...call)
        throw new Error('the reply is lost')
      },
    }))
    const ends = await outcomes(numbers.map((number) => below.driver.commit(scope, put(number))))
    expect(new Set(ends)).toEqual(new Set(['OUTCOME_UNKNOWN']))
    expect(sizes(below)).toEqual([32])
  })

  test('all fail at once where the store is out of reach', async () => {
    const below = await openBelow(() => ({
      commit: () => Promise.reject(new HoldfastError('STORE_UNAVAILABLE', 'It is gone.')),
    }))
    const ends = await outcomes(numbers.map((number) => below.driver.commit(scope, put(number))))
    expect(new Set(ends)).toEqual(new Set(['STORE_UNAVAILABLE']))
    expect(sizes(below)).toEqual([32])
  })
})

describe('a commit that its caller gives up', () => {
  test('while it waits is not sent, and its caller told at once', async () => {
    const gate = Promise.withResolvers<void>()
    const below = await openBelow((memory) => ({
      async commit(...call) {
        await gate.promise
        await memory.commit(...call)
      },
    }))
    const controller = new AbortController()
    const first = below.driver.commit(scope, put('k', Uint8Array.of(1)))
    const given = below.driver.commit(scope, put('k', Uint8Array.of(2)), controller)
    const last = below.driver.commit(scope, put('k', Uint8Array.of(3)))
    await settle()
    controller.abort()
    expect(await outcomes([given])).toEqual(['ABORTED'])
    gate.resolve()
    await Promise.all([first, last])
    expect(below.commit.mock.calls.map(([, { puts }]) => puts[0]?.value[0])).toEqual([1, 3])
  })

  test('on its way is in doubt, and leaves those of others alone', async () => {
    const gate = Promise.withResolvers<void>()
    const { driver, commit } = await openBelow((memory) => ({
      async commit(...call) {
        await gate.promise
        await memory.commit(...call)
      },
    }))
    const controller = new AbortController()
    const given = driver.commit(scope, put('a'), controller)
    const kept = driver.commit(scope, put('b'))
    await settle()
    controller.abort()
    expect(await outcomes([given])).toEqual(['OUTCOME_UNKNOWN'])
    expect(commit.mock.calls[0]?.[2]?.signal?.aborted).toBe(false)
    gate.resolve()
    await kept
    expect(await driver.usage(scope)).toMatchObject({ entries: 2 })
  })

  test('with all others ends the commit below, which may know that nothing was done', async () => {
    const { driver } = await openBelow(() => ({
      commit: (_target, _commit, options) =>
        new Promise((_resolve, reject) => {
          options?.signal?.addEventListener('abort', () => reject(options.signal?.reason as Error))
        }),
    }))
    const controller = new AbortController()
    const ends = outcomes(
      [1, 2].map((number) => driver.commit(scope, put(number), { signal: controller.signal })),
    )
    await settle()
    controller.abort()
    expect(await ends).toEqual(['ABORTED', 'ABORTED'])
  })
})

test('close waits for what is on its way', async () => {
  const gate = Promise.withResolvers<void>()
  const { driver } = await openBelow((memory) => ({
    async commit(...call) {
      await gate.promise
      await memory.commit(...call)
    },
  }))
  const calls = ['k', 'k', 'other'].map((name) => driver.commit(scope, put(name)))
  const read = driver.get(scope, [keyOf('k')])
  const closing = driver.close()
  gate.resolve()
  expect(await outcomes([...calls, read, closing])).toEqual(['ok', 'ok', 'ok', 'ok', 'ok'])
})
