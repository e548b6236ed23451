import { expect, test } from 'vitest'
import { compareRounds } from '../src/measure/compare-rounds.ts'

test('rounds alternate after one of each that does not count, and ratios are of neighbours', async () => {
  const order: string[] = []
  const figures = { ours: [999, 10, 20, 30], other: [1, 10, 5, 10] }
  const side = (name: 'ours' | 'other') => async (): Promise<number> => {
    order.push(name)
    return figures[name].shift() ?? Number.NaN
  }
  const contest = {
    ours: side('ours'),
    other: side('other'),
    [Symbol.asyncDispose]: async () => undefined,
  }
  const measured = await compareRounds(contest, 3)
  expect(order.join(' ')).toBe('ours other ours other ours other ours other')
  // Of neighbours: 10/10, 20/10, 20/5, 30/5, 30/10.
  expect(measured).toEqual({ ours: 20, other: 10, ratio: 3, low: 1, high: 6 })
})
