import { createMemoryDriver } from '@holdfast/drivers-memory'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { sweepRegularly } from '../src/sweep-regularly.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('sweeps again and again until its signal aborts, whatever a sweep came to', async () => {
  const driver = createMemoryDriver()
  const failure = new Error('sour')
  const sweep = vi.spyOn(driver, 'sweep').mockResolvedValue({ entries: 0, bytes: 0 })
  sweep.mockRejectedValueOnce(failure)
  const controller = new AbortController()
  const onError = vi.fn<(error: unknown) => void>()
  sweepRegularly(driver, { everyMs: 1000, signal: controller.signal, onError })

  await vi.advanceTimersByTimeAsync(3500)
  expect(sweep).toHaveBeenCalledTimes(3)
  expect(sweep).toHaveBeenLastCalledWith(Date.now() - 500, { signal: controller.signal })
  expect(onError).toHaveBeenCalledExactlyOnceWith(failure)

  controller.abort()
  await vi.advanceTimersByTimeAsync(3500)
  expect(sweep).toHaveBeenCalledTimes(3)
})

test('begins no sweep while one goes on', async () => {
  const driver = createMemoryDriver()
  const sweep = vi.spyOn(driver, 'sweep').mockReturnValue(new Promise(() => undefined))
  const signal = new AbortController().signal
  sweepRegularly(driver, { everyMs: 1000, signal, onError: vi.fn<(error: unknown) => void>() })

  await vi.advanceTimersByTimeAsync(3500)
  expect(sweep).toHaveBeenCalledTimes(1)
})
