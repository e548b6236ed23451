import { expect, test } from 'vitest'
import { chooseKillPoints } from '../../src/crash/kill-point.ts'

test('the kills of a seed are the same each time, and those of another are others', () => {
  expect(chooseKillPoints(100, 7)).toEqual(chooseKillPoints(100, 7))
  expect(chooseKillPoints(100, 7)).not.toEqual(chooseKillPoints(100, 8))
})

test('eight kills are of every kind, the first of them while the store is made', () => {
  const points = chooseKillPoints(8, 1).map(({ at }) => at)
  expect(points[0]).toBe('opening')
  expect(new Set(points)).toEqual(new Set(['opening', 'acknowledged', 'intended', 'large']))
})
