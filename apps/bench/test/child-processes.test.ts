import { expect, test } from 'vitest'
import { BareNode } from '../src/host/bare-node.ts'
import {
  parseStat,
  processesBelow,
  type ProcessState,
  proportionalMemory,
  whenIdle,
} from '../src/host/child-processes.ts'

const { signal } = new AbortController()

const find = (pid: number): readonly ProcessState[] =>
  processesBelow().filter((one) => one.pid === pid)

test('the name of a program hides nothing of its process', () => {
  const counters = '4 4 0 -1 4194304 100 0 0 0 12 30 0 0 20 0 7 0 5000'
  expect(parseStat(`7 (a) S 1 (b) R 42 ${counters}`)).toEqual({
    pid: 7,
    parent: 42,
    state: 'R',
    ticks: 42,
  })
})

test('a process that was started is found, idle or busy, until it has ended', async () => {
  let idlePid: number
  {
    await using idle = await BareNode.idle(signal)
    await using looping = await BareNode.looping(signal)
    idlePid = idle.pid
    await whenIdle(() => find(idle.pid), 50, signal)
    expect(find(idle.pid)).toMatchObject([{ parent: process.pid, state: 'S' }])
    expect(proportionalMemory(idle.pid)).toBeGreaterThan(1_048_576)

    const ticks = (): number => find(looping.pid)[0]?.ticks ?? Number.NaN
    const before = ticks()
    await expect.poll(ticks).toBeGreaterThan(before)
    const busy = whenIdle(() => find(looping.pid), 50, AbortSignal.timeout(500))
    await expect(busy).rejects.toThrow('aborted')
  }
  expect(find(idlePid)).toEqual([])
  expect(proportionalMemory(idlePid)).toBe(0)
})
