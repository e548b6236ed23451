import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type CallOptions, HoldfastError } from '../src/index.ts'
import { settleCall } from '../src/settle-call.ts'
import { rejection } from './caught.ts'

const effects = ['read', 'write'] as const

const now = 1_700_000_000_000

beforeEach(() => {
  vi.useFakeTimers({ now })
})

afterEach(() => {
  vi.useRealTimers()
})

/** A driver's call that never ends by itself. */
function hang(): Promise<never> {
  return new Promise(() => {})
}

/** As most functions of Node that take a signal do. */
function abortable(options: CallOptions | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    options?.signal?.addEventListener('abort', () => {
      reject(new DOMException('The operation was aborted', 'AbortError'))
    })
  })
}

describe('without a signal and a deadline', () => {
  test('a call is the call of the driver, with the options as they are', async () => {
    const run = vi.fn<(options?: CallOptions) => Promise<number>>(async () => 5)
    expect(await settleCall('driver.get', 'read', undefined, run)).toBe(5)
    expect(await settleCall('driver.get', 'read', {}, run)).toBe(5)
    expect(run.mock.calls).toEqual([[undefined], [{}]])
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe.each(effects)('a %s', (effect) => {
  test('that is aborted before it begins never reaches the driver', async () => {
    const run = vi.fn<() => Promise<void>>()
    const reason = new Error('enough')
    const call = settleCall('driver.x', effect, { signal: AbortSignal.abort(reason) }, run)
    expect(await rejection(call)).toMatchObject({
      code: 'ABORTED',
      operation: 'driver.x',
      cause: reason,
    })
    expect(run).not.toHaveBeenCalled()
  })

  test.each([now, now - 1, 0, Number.NEGATIVE_INFINITY])(
    'whose deadline was at %s never reaches the driver',
    async (deadlineAt) => {
      const run = vi.fn<() => Promise<void>>()
      expect(await rejection(settleCall('driver.x', effect, { deadlineAt }, run))).toMatchObject({
        code: 'DEADLINE_EXCEEDED',
        operation: 'driver.x',
      })
      expect(run).not.toHaveBeenCalled()
    },
  )

  test('that a driver ends itself ends as the driver says, and at once', async () => {
    const known = new HoldfastError('ABORTED', 'It was still in the queue.')
    const controller = new AbortController()
    const call = settleCall(
      'driver.x',
      effect,
      { signal: controller.signal },
      (options) =>
        new Promise((_resolve, reject) => {
          options?.signal?.addEventListener('abort', () => reject(known))
        }),
    )
    controller.abort()
    expect(await rejection(call)).toBe(known)
  })

  test('that succeeds in the moment of its abort has succeeded', async () => {
    const controller = new AbortController()
    const call = settleCall(
      'driver.x',
      effect,
      { signal: controller.signal },
      (options) =>
        new Promise((resolve) => {
          options?.signal?.addEventListener('abort', () => resolve('arrived'))
        }),
    )
    controller.abort()
    expect(await call).toBe('arrived')
  })

  test('hands the driver a signal for both, and the deadline', async () => {
    const seen: CallOptions[] = []
    const deadlineAt = now + 1_000
    void settleCall('driver.x', effect, { deadlineAt }, (options) => {
      if (options !== undefined) seen.push(options)
      return hang()
    }).catch(() => undefined)
    expect(seen).toMatchObject([{ deadlineAt }])
    expect(seen[0]?.signal?.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(seen[0]?.signal?.aborted).toBe(true)
    expect(seen[0]?.signal?.reason).toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  })

  test('has time until its deadline and not a millisecond less', async () => {
    const settled = vi.fn<() => void>()
    const call = settleCall('driver.x', effect, { deadlineAt: now + 500 }, hang)
    void call.then(settled, settled)
    await vi.advanceTimersByTimeAsync(499)
    expect(settled).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(3)
    expect(settled).toHaveBeenCalledTimes(1)
  })

  test.each([now + 2 ** 31 + 1_000, Number.POSITIVE_INFINITY])(
    'may have its deadline as late as %s',
    async (deadlineAt) => {
      const answer = Promise.withResolvers<string>()
      const call = settleCall('driver.x', effect, { deadlineAt }, () => answer.promise)
      await vi.advanceTimersByTimeAsync(2 ** 31)
      answer.resolve('in time')
      expect(await call).toBe('in time')
    },
  )

  test('leaves neither a listener nor a timer, however it ends', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const options = { signal, deadlineAt: now + 60_000 }
    for (let round = 0; round < 100; round++) {
      await settleCall('driver.x', effect, options, async () => round)
      await settleCall('driver.x', effect, options, () => Promise.reject(new Error('no'))).catch(
        () => undefined,
      )
      await settleCall('driver.x', effect, options, () => {
        throw new Error('at once')
      }).catch(() => undefined)
    }
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    expect(vi.getTimerCount()).toBe(0)

    const stopped = rejection(settleCall('driver.x', effect, options, hang))
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    controller.abort()
    await vi.advanceTimersByTimeAsync(1)
    await stopped
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('that fails in the driver after it was settled is nobody’s unhandled rejection', async () => {
    const unhandled = vi.fn<() => void>()
    process.on('unhandledRejection', unhandled)
    try {
      const late = Promise.withResolvers<never>()
      const call = rejection(
        settleCall('driver.x', effect, { deadlineAt: now + 10 }, () => late.promise),
      )
      await vi.advanceTimersByTimeAsync(20)
      await call
      late.reject(new Error('late'))
      vi.useRealTimers()
      // Node reports unhandled rejections after the microtasks of a turn.
      await new Promise((resolve) => setImmediate(resolve))
      expect(unhandled).not.toHaveBeenCalled()
    } finally {
      process.off('unhandledRejection', unhandled)
    }
  })
})

describe('a call that a driver does not end', () => {
  test.each([
    ['read', 'ABORTED'],
    ['write', 'OUTCOME_UNKNOWN'],
  ] as const)('and that is aborted: a %s rejects with %s', async (effect, code) => {
    const controller = new AbortController()
    const call = rejection(settleCall('driver.x', effect, { signal: controller.signal }, hang))
    controller.abort(new Error('enough'))
    await vi.advanceTimersByTimeAsync(1)
    expect(await call).toMatchObject({ code, operation: 'driver.x' })
  })

  test.each([
    ['read', 'DEADLINE_EXCEEDED'],
    ['write', 'OUTCOME_UNKNOWN'],
  ] as const)('and that is past its deadline: a %s rejects with %s', async (effect, code) => {
    const call = rejection(settleCall('driver.x', effect, { deadlineAt: now + 50 }, hang))
    await vi.advanceTimersByTimeAsync(51)
    expect(await call).toMatchObject({ code, operation: 'driver.x' })
  })

  test('says as the cause of an unknown outcome why the call ended', async () => {
    const call = rejection(settleCall('driver.x', 'write', { deadlineAt: now + 50 }, hang))
    await vi.advanceTimersByTimeAsync(51)
    expect(await call).toMatchObject({ cause: { code: 'DEADLINE_EXCEEDED' } })
  })
})

describe('a call that a driver ends with a foreign error because of the signal', () => {
  test.each([
    ['read', 'ABORTED'],
    ['write', 'OUTCOME_UNKNOWN'],
  ] as const)('is an aborted call: a %s rejects with %s', async (effect, code) => {
    const controller = new AbortController()
    const call = rejection(settleCall('driver.x', effect, { signal: controller.signal }, abortable))
    controller.abort()
    expect(await call).toMatchObject({ code, operation: 'driver.x' })
  })

  test.each([
    ['read', 'DEADLINE_EXCEEDED'],
    ['write', 'OUTCOME_UNKNOWN'],
  ] as const)('is one past its deadline: a %s rejects with %s', async (effect, code) => {
    const call = rejection(settleCall('driver.x', effect, { deadlineAt: now + 50 }, abortable))
    await vi.advanceTimersByTimeAsync(51)
    expect(await call).toMatchObject({ code, operation: 'driver.x' })
  })
})
