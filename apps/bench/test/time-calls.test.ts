import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { timeCalls } from '../src/host/plugin/time-calls.ts'

test('as many calls as are asked for are in flight, and each is counted once it has ended', async () => {
  let running = 0
  let most = 0
  let ended = 0
  const call = async (): Promise<void> => {
    running += 1
    most = Math.max(most, running)
    await setTimeout(1)
    running -= 1
    ended += 1
  }
  const { calls } = await timeCalls(call, { inFlight: 3, milliseconds: 30 })
  expect(most).toBe(3)
  expect(running).toBe(0)
  expect(calls).toBe(ended)
})

test('half of the calls took no longer than the median, which slow ones do not move', async () => {
  let calls = 0
  const call = async (): Promise<void> => {
    calls += 1
    if (calls % 5 === 0) await setTimeout(20)
  }
  const { p50Us, p99Us, perSecond } = await timeCalls(call, { inFlight: 1, milliseconds: 200 })
  expect(p99Us).toBeGreaterThan(18_000)
  expect(p50Us).toBeLessThan(p99Us)
  // Five calls in about 20 ms: a rate of calls, and not of milliseconds or microseconds.
  expect(perSecond).toBeGreaterThan(1)
  expect(perSecond).toBeLessThan(300)
})

test('a call that fails fails the round', async () => {
  const round = timeCalls(() => Promise.reject(new Error('out of order')), {
    inFlight: 2,
    milliseconds: 600_000,
  })
  await expect(round).rejects.toThrow('out of order')
})
