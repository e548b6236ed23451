import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { measureCalls, measureCost } from '../src/measure/measure-calls.ts'

const { signal } = new AbortController()

test('as many calls as are asked for are in flight, and no more', async () => {
  let running = 0
  let most = 0
  const call = async (): Promise<void> => {
    running += 1
    most = Math.max(most, running)
    await setTimeout(1)
    running -= 1
  }
  const rate = await measureCalls(call, { inFlight: 4, milliseconds: 50, signal })
  expect(most).toBe(4)
  expect(running).toBe(0)
  expect(rate).toBeGreaterThan(0)
})

test('what a call costs is the time of all, divided by their number', async () => {
  const cost = await measureCost(() => setTimeout(2), { inFlight: 1, milliseconds: 20, signal })
  expect(cost).toBeGreaterThan(1_000)
})

test('a call that fails ends the round, when the others have ended', async () => {
  let running = 0
  const call = async (): Promise<void> => {
    running += 1
    const isFirst = running === 1
    await setTimeout(1)
    running -= 1
    if (isFirst) throw new Error('out of order')
  }
  const round = measureCalls(call, { inFlight: 3, milliseconds: 600_000, signal })
  await expect(round).rejects.toThrow('out of order')
  expect(running).toBe(0)
})

test('a round ends when it is aborted', async () => {
  const controller = new AbortController()
  const round = { inFlight: 2, milliseconds: 600_000, signal: controller.signal }
  const measured = measureCalls(() => setTimeout(1), round)
  controller.abort(new Error('enough'))
  await expect(measured).rejects.toThrow('enough')
})
