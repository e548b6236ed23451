import { expect, test } from 'vitest'
import type { CaseResult, Outcome } from '../../src/cli/case-result.ts'
import { rankPromises } from '../../src/cli/rank-promises.ts'
import { resultOf } from '../../src/cli/run-case.ts'
import type { PromiseNumber } from '../../src/contract-promises.ts'

function result(
  id: string,
  outcome: Outcome,
  promises: readonly PromiseNumber[],
  isAnyOf = false,
): CaseResult {
  const rest = { durationMs: 0, message: '' }
  return { ...resultOf({ id, title: '', promises }, outcome, rest), isAnyOf }
}

function numbersOf(promises: readonly { readonly promise: PromiseNumber }[]): readonly string[] {
  return promises.map(({ promise }) => promise)
}

test('the promise that most checks show comes first, then the one with the fewest that pass', () => {
  const { broken } = rankPromises([
    result('a', 'broken', ['1.1', '1.2']),
    result('b', 'passed', ['1.1']),
    result('c', 'broken', ['4.1']),
    result('d', 'broken', ['9.1']),
    result('e', 'broken', ['9.1']),
  ])
  expect(broken.map(({ promise, checks }) => [promise, checks])).toEqual([
    ['9.1', ['d', 'e']],
    ['4.1', ['c']],
    ['1.1', ['a']],
  ])
})

test('to put and to delete comes before all that does it on its way', () => {
  const { broken } = rankPromises([
    result('a', 'broken', ['1.1']),
    result('b', 'broken', ['1.1']),
    result('c', 'broken', ['6.4']),
  ])
  expect(numbersOf(broken)).toEqual(['6.4', '1.1'])
})

test('what shows any one of several goes with what another has shown', () => {
  const { broken, suspected } = rankPromises([
    result('a', 'broken', ['6.4']),
    result('b', 'broken', ['3.1', '6.4', '10.2'], true),
  ])
  expect(broken).toMatchObject([{ promise: '6.4', checks: ['a', 'b'] }])
  expect(suspected).toEqual([])
})

test('what shows any one of several, and is alone with it, makes each a suspect', () => {
  const { broken, suspected } = rankPromises([
    result('a', 'broken', ['6.4']),
    result('b', 'broken', ['8.1', '8.2'], true),
  ])
  expect(numbersOf(broken)).toEqual(['6.4'])
  expect(numbersOf(suspected)).toEqual(['8.1', '8.2'])
})

test('what did not come to its end, or was left out, breaks nothing', () => {
  const results = [result('a', 'unfinished', ['6.4']), result('b', 'skipped', ['8.1'])]
  expect(rankPromises(results)).toEqual({ broken: [], suspected: [] })
})
