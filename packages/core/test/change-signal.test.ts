import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ChangeSignal } from '../src/index.ts'
import { rejection } from './caught.ts'

const now = 1_700_000_000_000
const noSignal = undefined

beforeEach(() => {
  vi.useFakeTimers({ now })
})

afterEach(() => {
  vi.useRealTimers()
})

describe('to wait for a change', () => {
  test('ends at once when the store has changed before', async () => {
    const { changes, write } = makeSignal()
    const before = changes.current()
    write()
    await changes.after(before, null, noSignal)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('ends as soon as this process says that it has written', async () => {
    const { changes, write } = makeSignal()
    const waiting = settled(changes.after(changes.current(), null, noSignal))
    write()
    changes.check()
    await vi.advanceTimersByTimeAsync(0)
    expect(waiting()).toBe(true)
  })

  test('goes on when it is told to look and nothing has changed', async () => {
    const { changes, write } = makeSignal()
    const waiting = settled(changes.after(changes.current(), null, noSignal))
    changes.check()
    await vi.advanceTimersByTimeAsync(0)
    expect(waiting()).toBe(false)
    write()
    changes.check()
    await vi.advanceTimersByTimeAsync(0)
    expect(waiting()).toBe(true)
  })

  test('ends after a look at the state when another process has written', async () => {
    const { changes, write } = makeSignal({ pollEveryMs: 100 })
    const waiting = settled(changes.after(changes.current(), null, noSignal))
    write()
    await vi.advanceTimersByTimeAsync(99)
    expect(waiting()).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(waiting()).toBe(true)
  })

  test('looks every 25 ms when nobody says otherwise', async () => {
    const { changes, write } = makeSignal()
    const waiting = settled(changes.after(changes.current(), null, noSignal))
    write()
    await vi.advanceTimersByTimeAsync(25)
    expect(waiting()).toBe(true)
  })

  test('ends when the time has come, by the clock of the driver, and not before', async () => {
    const { changes, clock } = makeSignal()
    clock.mockReturnValue(5_000)
    const waiting = settled(changes.after(changes.current(), 6_000, noSignal))
    clock.mockReturnValue(5_999)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(waiting()).toBe(false)
    clock.mockReturnValue(6_000)
    await vi.advanceTimersByTimeAsync(25)
    expect(waiting()).toBe(true)
  })

  test('ends at once when its signal aborts, without an error and with no listener left', async () => {
    const { changes } = makeSignal()
    const controller = new AbortController()
    const waiting = changes.after(changes.current(), null, controller.signal)
    controller.abort()
    await waiting
    expect(vi.getTimerCount()).toBe(0)
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
  })

  test('does not begin when its signal has aborted before', async () => {
    const { changes } = makeSignal()
    await changes.after(changes.current(), null, AbortSignal.abort())
    expect(vi.getTimerCount()).toBe(0)
  })

  test('leaves no listener on its signal, however often it has looked', async () => {
    const { changes, write } = makeSignal()
    const { signal } = new AbortController()
    const waiting = changes.after(changes.current(), null, signal)
    await vi.advanceTimersByTimeAsync(250)
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    write()
    changes.check()
    await waiting
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  test('rejects with what reading the state throws, and stops looking', async () => {
    const failure = new Error('gone')
    const readState = vi.fn<() => number>().mockReturnValueOnce(0).mockReturnValueOnce(0)
    readState.mockImplementation(() => {
      throw failure
    })
    const changes = new ChangeSignal({ readState, clock: Date.now })
    const waiting = rejection(changes.after(changes.current(), null, noSignal))
    await vi.advanceTimersByTimeAsync(25)
    expect(await waiting).toBe(failure)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('several that wait', () => {
  test('share one timer, which stops when the last of them has gone', async () => {
    const { changes, write } = makeSignal()
    expect(vi.getTimerCount()).toBe(0)
    const controller = new AbortController()
    const first = changes.after(changes.current(), null, controller.signal)
    const second = changes.after(changes.current(), null, noSignal)
    expect(vi.getTimerCount()).toBe(1)
    controller.abort()
    await first
    expect(vi.getTimerCount()).toBe(1)
    write()
    changes.check()
    await second
    expect(vi.getTimerCount()).toBe(0)
  })

  test('all hear of one change', async () => {
    const { changes, write } = makeSignal()
    const waiting = [1, 2, 3].map(() => changes.after(changes.current(), null, noSignal))
    write()
    changes.check()
    expect(await Promise.all(waiting)).toHaveLength(3)
  })

  test('find the timer running again after it had stopped', async () => {
    const { changes, write } = makeSignal()
    for (const state of [0, 1]) {
      const waiting = settled(changes.after(state, null, noSignal))
      write()
      await vi.advanceTimersByTimeAsync(25)
      expect(waiting()).toBe(true)
    }
  })
})

function makeSignal(options: { readonly pollEveryMs?: number } = {}) {
  let state = 0
  const clock = vi.fn<() => number>(() => Date.now())
  const changes = new ChangeSignal({ readState: () => state, clock, ...options })
  return { changes, clock, write: () => void state++ }
}

/** Tells whether a promise has resolved by now. */
function settled(promise: Promise<void>): () => boolean {
  let isSettled = false
  void promise.then(() => {
    isSettled = true
  })
  return () => isSettled
}
