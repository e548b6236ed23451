import { HoldfastError, limits } from '@holdfast/core'
import { describe, expect, test } from 'vitest'
import { keyOf, numbers, openBelow, outcomes, put, scope } from './open-below.ts'

describe('the gets of a tick', () => {
  test('are one, of keys in their order, each once', async () => {
    const { driver, get } = await openBelow()
    await driver.commit(scope, put(7, Uint8Array.of(7)))
    const asked = [...numbers, ...numbers].toReversed().map((number) => keyOf(number))
    const found = await Promise.all(asked.map((key) => driver.get(scope, [key])))
    expect(get).toHaveBeenCalledTimes(1)
    expect(get.mock.calls[0]?.[1]).toEqual(numbers.map(String).toSorted())
    expect(found.flat().filter((entry) => entry !== null)).toMatchObject([
      { key: '7', value: Uint8Array.of(7) },
      { key: '7', value: Uint8Array.of(7) },
    ])
  })

  test('of two scopes are two', async () => {
    const { driver, get } = await openBelow()
    const other = { ...scope, store: 'persistent_store' } as const
    await Promise.all([scope, scope, other].map((of) => driver.get(of, [keyOf('k')])))
    expect(get).toHaveBeenCalledTimes(2)
  })

  test('are as few as the most keys of a get allow', async () => {
    const { driver, get } = await openBelow()
    const keys = Array.from({ length: 400 }, (_, index) => keyOf(index))
    const others = keys.map((key) => keyOf(`other ${key}`))
    const again = keys.map((key) => keyOf(`again ${key}`))
    const found = await Promise.all([keys, others, again].map((all) => driver.get(scope, all)))
    expect(get.mock.calls.map((call) => call[1].length)).toEqual([800, 400])
    expect(found.map((entries) => entries.length)).toEqual([400, 400, 400])
  })

  test('give each caller bytes of its own, in the order that it asked', async () => {
    const { driver } = await openBelow()
    await driver.commit(scope, put('a', Uint8Array.of(1)))
    await driver.commit(scope, put('b', Uint8Array.of(2)))
    const [a, b] = [keyOf('a'), keyOf('b')]
    const [first, second] = await Promise.all([
      driver.get(scope, [b, a, b]),
      driver.get(scope, [a]),
    ])
    expect(first?.map((entry) => entry?.value[0])).toEqual([2, 1, 2])
    for (const entry of first ?? []) entry?.value.fill(9)
    expect(second?.[0]?.value[0]).toBe(1)
    expect(new Set(first?.map((entry) => entry?.value.buffer)).size).toBe(3)
  })

  test('that are too much together are answered apart, and what is too much by itself is refused', async () => {
    const { driver, get } = await openBelow()
    const half = limits.maxGetBytes / 2
    await driver.commit(scope, put('large', new Uint8Array(half)))
    await driver.commit(scope, put('larger', new Uint8Array(half + 1)))
    await driver.commit(scope, put('small'))
    const [large, larger, small] = [keyOf('large'), keyOf('larger'), keyOf('small')]
    const calls = [[large], [larger], [small], [large, larger], [larger, larger]]
    const ends = await outcomes(calls.map((keys) => driver.get(scope, keys)))
    expect(ends).toEqual(['ok', 'ok', 'ok', 'VALUE_TOO_LARGE', 'VALUE_TOO_LARGE'])
    get.mockClear()
    // Asked for twice it counts twice, also where the driver below is asked but once.
    const twice = [driver.get(scope, [larger, larger]), driver.get(scope, [small])]
    expect(await outcomes(twice)).toEqual(['VALUE_TOO_LARGE', 'ok'])
    expect(get).toHaveBeenCalledTimes(1)
  })

  test('of which one fails do not fail with it', async () => {
    const { driver } = await openBelow((memory) => ({
      async get(...call) {
        const [, keys] = call
        if (keys.includes(keyOf('poison'))) throw new Error('cannot be read')
        return await memory.get(...call)
      },
    }))
    const names = ['a', 'b', 'poison', 'c', 'd']
    const ends = await outcomes(names.map((name) => driver.get(scope, [keyOf(name)])))
    expect(ends).toEqual(['ok', 'ok', 'DRIVER_FAILURE', 'ok', 'ok'])
  })

  test('all fail at once where the store is out of reach', async () => {
    const { driver, get } = await openBelow(() => ({
      get: () => Promise.reject(new HoldfastError('STORE_UNAVAILABLE', 'It is gone.')),
    }))
    const ends = await outcomes(numbers.map((number) => driver.get(scope, [keyOf(number)])))
    expect(new Set(ends)).toEqual(new Set(['STORE_UNAVAILABLE']))
    expect(get).toHaveBeenCalledTimes(1)
  })
})

describe('a get that its caller gives up', () => {
  test('leaves those of others alone', async () => {
    const gate = Promise.withResolvers<void>()
    const { driver, get } = await openBelow((memory) => ({
      async get(...call) {
        await gate.promise
        return await memory.get(...call)
      },
    }))
    const controller = new AbortController()
    const left = driver.get(scope, [keyOf('a')], { signal: controller.signal })
    const kept = driver.get(scope, [keyOf('b')], { deadlineAt: Date.now() + 60_000 })
    const late = driver.get(scope, [keyOf('c')], { deadlineAt: Date.now() + 5 })
    const ends = outcomes([left, late])
    await new Promise((resolve) => setImmediate(resolve))
    controller.abort()
    expect(await ends).toEqual(['ABORTED', 'DEADLINE_EXCEEDED'])
    expect(get.mock.calls[0]?.[2]?.signal?.aborted).toBe(false)
    gate.resolve()
    expect(await kept).toEqual([null])
  })

  test('ends the call below when it was the last that waited', async () => {
    const { driver, get } = await openBelow(() => ({ get: () => new Promise(() => {}) }))
    const controllers = [new AbortController(), new AbortController()]
    const ends = outcomes(
      controllers.map(({ signal }, index) => driver.get(scope, [keyOf(index)], { signal })),
    )
    await new Promise((resolve) => setImmediate(resolve))
    for (const controller of controllers) controller.abort()
    expect(await ends).toEqual(['ABORTED', 'ABORTED'])
    expect(get.mock.calls[0]?.[2]?.signal?.aborted).toBe(true)
  })

  test('in its own tick is not sent', async () => {
    const { driver, get } = await openBelow()
    const controller = new AbortController()
    const ends = outcomes([
      driver.get(scope, [keyOf('a')], { signal: controller.signal }),
      driver.get(scope, [keyOf('b')]),
    ])
    controller.abort()
    expect(await ends).toEqual(['ABORTED', 'ok'])
    expect(get.mock.calls.map((call) => call[1])).toEqual([['b']])
  })
})
