import { expect, test } from 'vitest'
import { SkipRow } from '../src/bench-error.ts'
import { measureRows, type RowPlan } from '../src/measure/measure-rows.ts'
import type { Row } from '../src/row.ts'

/** A row that calls what is given, and says in the log what becomes of it. */
function plan(name: string, log: string[], ours: () => Promise<number>): RowPlan<string> {
  return {
    name,
    title: name,
    unit: 'ops/s',
    goal: null,
    prepare: async (bench) => {
      log.push(`${bench} prepares ${name}`)
      return {
        ours,
        other: async () => 1,
        [Symbol.asyncDispose]: async () => void log.push(`${name} is disposed`),
      }
    },
  }
}

async function measure(
  plans: readonly RowPlan<string>[],
  signal = new AbortController().signal,
): Promise<readonly Row[]> {
  return Array.fromAsync(
    measureRows(plans, 'bench', { rounds: 1, signal, onStart: () => undefined }),
  )
}

test('rows are measured one after the other, and each gives back what it took', async () => {
  const log: string[] = []
  const rows = await measure([plan('one', log, async () => 2), plan('two', log, async () => 3)])
  expect(rows.map(({ name }) => name)).toEqual(['one', 'two'])
  expect(log).toEqual([
    'bench prepares one',
    'one is disposed',
    'bench prepares two',
    'two is disposed',
  ])
})

test('a row that cannot be measured says why, and the next is measured', async () => {
  const absent = {
    ...plan('absent', [], async () => 1),
    prepare: () => Promise.reject(new SkipRow('no')),
  }
  const rows = await measure([absent, plan('next', [], async () => 2)])
  expect(rows).toMatchObject([
    { name: 'absent', skipped: 'no' },
    { name: 'next', ratio: 2 },
  ])
})

test('a row that fails ends the run with its name, and gives back what it took', async () => {
  const log: string[] = []
  const failing = plan('wrong', log, () => Promise.reject(new Error('out of paper')))
  const measured = measure([failing])
  await expect(measured).rejects.toThrow(
    'The row wrong failed: out of paper\nRun it alone with --only wrong.',
  )
  expect(log.at(-1)).toBe('wrong is disposed')
})

test('an interruption ends the run with its reason, whatever the row makes of it', async () => {
  const log: string[] = []
  const controller = new AbortController()
  const failing = plan('long', log, async () => {
    controller.abort(new Error('enough'))
    throw new Error('cut')
  })
  const measured = measure([failing], controller.signal)
  await expect(measured).rejects.toThrow('enough')
  expect(log.at(-1)).toBe('long is disposed')
})
