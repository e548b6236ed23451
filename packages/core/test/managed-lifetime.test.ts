import { afterEach, describe, expect, test, vi } from 'vitest'
import { type CallOptions, HoldfastError, manageDriver } from '../src/index.ts'
import { rejection } from './caught.ts'
import { calls, emptyCommit, scope, scriptDriver } from './script-driver.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('opening', () => {
  test('happens once, however often and however much at once it is asked for', async () => {
    const opened = Promise.withResolvers<undefined>()
    const inner = scriptDriver({ open: () => opened.promise })
    const driver = manageDriver(inner)
    const both = Promise.all([driver.open(), driver.open()])
    opened.resolve(undefined)
    await both
    await driver.open()
    expect(inner.open).toHaveBeenCalledTimes(1)
  })

  test('that fails may be tried again', async () => {
    const full = new HoldfastError('STORE_FULL', 'full')
    const open = vi.fn<() => Promise<void>>().mockRejectedValueOnce(full).mockResolvedValue()
    const driver = manageDriver(scriptDriver({ open }))
    expect(await rejection(driver.open())).toBe(full)
    expect(await rejection(driver.usage(scope))).toMatchObject({ code: 'DRIVER_NOT_OPEN' })
    await driver.open()
    await driver.usage(scope)
    expect(open).toHaveBeenCalledTimes(2)
  })

  test('that fails with a foreign error is a DRIVER_FAILURE', async () => {
    const cause = new Error('EIO')
    const driver = manageDriver(scriptDriver({ open: () => Promise.reject(cause) }))
    expect(await rejection(driver.open())).toMatchObject({
      code: 'DRIVER_FAILURE',
      operation: 'driver.open',
      cause,
    })
  })

  test('that throws at once may be tried again, too', async () => {
    const open = vi.fn<() => Promise<void>>().mockImplementationOnce(() => {
      throw new Error('at once')
    })
    const driver = manageDriver(scriptDriver({ open }))
    expect(await rejection(driver.open())).toMatchObject({ code: 'DRIVER_FAILURE' })
    await driver.open()
    await driver.usage(scope)
  })

  test('settles by the deadline of each caller, not by that of the first', async () => {
    vi.useFakeTimers()
    const driver = manageDriver(scriptDriver({ open: () => new Promise(() => {}) }))
    void driver.open()
    const second = rejection(driver.open({ deadlineAt: Date.now() + 50 }))
    await vi.advanceTimersByTimeAsync(60)
    expect(await second).toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  })

  test('goes on behind a caller who gave up, and a later one joins it', async () => {
    const opened = Promise.withResolvers<undefined>()
    const inner = scriptDriver({ open: () => opened.promise })
    const driver = manageDriver(inner)
    const controller = new AbortController()
    const first = rejection(driver.open({ signal: controller.signal }))
    controller.abort()
    expect(await first).toMatchObject({ code: 'ABORTED' })
    const second = driver.open()
    opened.resolve(undefined)
    await second
    await driver.usage(scope)
    expect(inner.open).toHaveBeenCalledTimes(1)
  })

  test('that its first caller aborted does not fail the others', async () => {
    const opened = Promise.withResolvers<undefined>()
    const driver = manageDriver(
      scriptDriver({ open: (options) => abortable(opened.promise, options) }),
    )
    const controller = new AbortController()
    const first = rejection(driver.open({ signal: controller.signal }))
    const second = driver.open()
    controller.abort()
    expect(await first).toMatchObject({ code: 'ABORTED' })
    opened.resolve(undefined)
    await second
    await driver.usage(scope)
  })

  test('is aborted by close', async () => {
    const inner = scriptDriver({ open: (options) => abortable(new Promise(() => {}), options) })
    const driver = manageDriver(inner)
    const opening = rejection(driver.open())
    await driver.close()
    expect(await opening).toMatchObject({ code: 'DRIVER_CLOSED', operation: 'driver.open' })
    expect(inner.close).not.toHaveBeenCalled()
  })
})

describe('a call outside the life of a driver', () => {
  test.each(calls)('is refused before open: %s', async (name, call) => {
    const inner = scriptDriver()
    expect(await rejection(call(manageDriver(inner)))).toMatchObject({
      code: 'DRIVER_NOT_OPEN',
      operation: `driver.${name}`,
    })
    expect(inner[name as 'get']).not.toHaveBeenCalled()
  })

  test('is refused while open has not finished', async () => {
    const driver = manageDriver(scriptDriver({ open: () => new Promise(() => {}) }))
    void driver.open()
    expect(await rejection(driver.usage(scope))).toMatchObject({ code: 'DRIVER_NOT_OPEN' })
  })

  test.each(calls)('is refused after close: %s', async (name, call) => {
    const inner = scriptDriver()
    const driver = manageDriver(inner)
    await driver.open()
    await driver.close()
    expect(await rejection(call(driver))).toMatchObject({
      code: 'DRIVER_CLOSED',
      operation: `driver.${name}`,
    })
    expect(inner[name as 'get']).not.toHaveBeenCalled()
  })

  test('is refused from the moment close is called', async () => {
    const driver = manageDriver(scriptDriver())
    await driver.open()
    const closed = driver.close()
    expect(await rejection(driver.usage(scope))).toMatchObject({ code: 'DRIVER_CLOSED' })
    await closed
  })

  test('is refused after close when it is open', async () => {
    const driver = manageDriver(scriptDriver())
    await driver.open()
    await driver.close()
    expect(await rejection(driver.open())).toMatchObject({
      code: 'DRIVER_CLOSED',
      operation: 'driver.open',
    })
  })
})

describe('closing', () => {
  test('happens once, however often and however much at once it is asked for', async () => {
    const inner = scriptDriver()
    const driver = manageDriver(inner)
    await driver.open()
    await Promise.all([driver.close(), driver.close()])
    await driver.close()
    expect(inner.close).toHaveBeenCalledTimes(1)
  })

  test('waits for the calls in flight, those that fail too', async () => {
    const read = Promise.withResolvers<[]>()
    const write = Promise.withResolvers<undefined>()
    const inner = scriptDriver({ get: () => read.promise, commit: () => write.promise })
    const driver = manageDriver(inner)
    await driver.open()
    const reading = driver.get(scope, [])
    const writing = rejection(driver.commit(scope, emptyCommit))
    const closed = driver.close()
    read.resolve([])
    await reading
    expect(inner.close).not.toHaveBeenCalled()
    write.reject(new Error('broken'))
    await writing
    await closed
    expect(inner.close).toHaveBeenCalledTimes(1)
  })

  test('waits for what the driver still does for a call that was aborted', async () => {
    const write = Promise.withResolvers<undefined>()
    const inner = scriptDriver({ commit: () => write.promise })
    const driver = manageDriver(inner)
    await driver.open()
    const controller = new AbortController()
    const writing = rejection(driver.commit(scope, emptyCommit, { signal: controller.signal }))
    controller.abort()
    await writing
    const closed = driver.close()
    await nextTurn()
    expect(inner.close).not.toHaveBeenCalled()
    write.resolve(undefined)
    await closed
    expect(inner.close).toHaveBeenCalledTimes(1)
  })

  test('waits for an open that its caller gave up, so that nothing stays open', async () => {
    const opened = Promise.withResolvers<undefined>()
    const inner = scriptDriver({ open: () => opened.promise })
    const driver = manageDriver(inner)
    const controller = new AbortController()
    const opening = rejection(driver.open({ signal: controller.signal }))
    controller.abort()
    await opening
    const closed = driver.close()
    await nextTurn()
    expect(inner.close).not.toHaveBeenCalled()
    opened.resolve(undefined)
    await closed
    expect(inner.close).toHaveBeenCalledTimes(1)
  })

  test('leaves a driver alone that was never opened, and it stays closed', async () => {
    const inner = scriptDriver()
    const driver = manageDriver(inner)
    await driver.close()
    expect(inner.close).not.toHaveBeenCalled()
    expect(await rejection(driver.open())).toMatchObject({ code: 'DRIVER_CLOSED' })
    expect(inner.open).not.toHaveBeenCalled()
  })

  test('after a failed open does not hide why it failed', async () => {
    const corrupt = new HoldfastError('STORE_CORRUPT', 'corrupt')
    const inner = scriptDriver({
      open: () => Promise.reject(corrupt),
      close: () => Promise.reject(new Error('there is nothing to close')),
    })
    const use = async (): Promise<void> => {
      await using driver = manageDriver(inner)
      await driver.open()
    }
    expect(await rejection(use())).toBe(corrupt)
  })

  test('that fails with a foreign error is a DRIVER_FAILURE, each time it is asked', async () => {
    const cause = new Error('EIO')
    const driver = manageDriver(scriptDriver({ close: () => Promise.reject(cause) }))
    await driver.open()
    for (const closed of [driver.close(), driver.close()]) {
      expect(await rejection(closed)).toMatchObject({
        code: 'DRIVER_FAILURE',
        operation: 'driver.close',
        cause,
      })
    }
  })

  test('happens at the end of an `await using` block', async () => {
    const inner = scriptDriver()
    {
      await using driver = manageDriver(inner)
      await driver.open()
    }
    expect(inner.close).toHaveBeenCalledTimes(1)
  })
})

/** Lets everything run that is due now, timers of 0 ms included. */
async function nextTurn(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 0))
}

/** A promise that rejects once the signal aborts, as a driver that heeds it does. */
function abortable<Value>(promise: Promise<Value>, options?: CallOptions): Promise<Value> {
  const aborted = new Promise<never>((_resolve, reject) => {
    options?.signal?.addEventListener('abort', () => reject(options.signal?.reason as Error))
  })
  return Promise.race([promise, aborted])
}
