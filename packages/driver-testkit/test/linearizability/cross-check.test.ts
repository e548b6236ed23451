import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  checkLinearizability,
  type Verdict,
} from '../../src/linearizability/check-linearizability.ts'
import {
  type CompareAndSetInput,
  compareAndSetModel,
} from '../../src/linearizability/compare-and-set-model.ts'
import {
  type ListAppendInput,
  listAppendModel,
} from '../../src/linearizability/list-append-model.ts'
import type { Operation } from '../../src/linearizability/operation.ts'
import type { SequentialModel } from '../../src/linearizability/sequential-model.ts'
import { isLinearizable } from './brute-force.ts'
import { compareAndSetStore, listAppendStore, type SequentialStore } from './sequential-stores.ts'

const histories = 10_000

const listAppendInputs: fc.Arbitrary<ListAppendInput> = fc.oneof(
  fc.constant<ListAppendInput>({ kind: 'read', by: 'get' }),
  fc.record({
    kind: fc.constant('append' as const),
    by: fc.constant('commit' as const),
    element: fc.constantFrom('1', '2'),
    base: fc.constantFrom(null, '1', '2', '1 2'),
  }),
)

const versions = fc.constantFrom('a', 'b', 'c')
const expected = fc.option(fc.constantFrom(null, 'a', 'b', 'c'), { nil: undefined })
const conditions = expected.map((version) => (version === undefined ? {} : { expected: version }))

const compareAndSetInputs: fc.Arbitrary<CompareAndSetInput> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<CompareAndSetInput>({ kind: 'read', by: 'get' }) },
  {
    weight: 3,
    arbitrary: fc.tuple(versions, conditions).map(([version, condition]) => ({
      kind: 'put' as const,
      by: 'commit' as const,
      version,
      value: version,
      ...condition,
    })),
  },
  {
    weight: 1,
    arbitrary: conditions.map((condition) => ({ kind: 'delete' as const, ...condition })),
  },
)

/**
 * Small histories of a store that took the operations in some order, which the times of the
 * operations may or may not allow, and of which answers may have been changed to those of others.
 */
function smallHistories<State, Input, Output>(
  inputs: fc.Arbitrary<Input>,
  store: SequentialStore<State, Input, Output>,
  initial: State,
): fc.Arbitrary<readonly Operation<Input, Output>[]> {
  const drafts = fc.record({
    input: inputs,
    invokedAt: fc.nat(8),
    takes: fc.nat(6),
    isUnknown: fc.integer({ min: 0, max: 4 }).map((number) => number === 0),
    hasEffect: fc.boolean(),
    answersAs: fc.option(inputs, { freq: 12 }),
  })
  return fc.array(drafts, { maxLength: 6 }).map((list) => {
    let state = initial
    return list.map(({ input, invokedAt, takes, isUnknown, hasEffect, answersAs }, client) => {
      const operation = { key: 'key', client, input, invokedAt, returnedAt: invokedAt + takes }
      const [output, next] = store(state, input)
      if (!isUnknown || hasEffect) state = next
      if (isUnknown) return { ...operation, outcome: 'unknown', error: 'none' }
      const answer = answersAs === null ? output : store(state, answersAs)[0]
      return { ...operation, outcome: 'ok', output: answer }
    })
  })
}

/** Has the two agree, and counts their verdicts. */
function crossCheck<State, Input, Output>(
  model: SequentialModel<State, Input, Output>,
  arbitrary: fc.Arbitrary<readonly Operation<Input, Output>[]>,
): Readonly<Record<Verdict<State, Input, Output>['kind'], number>> {
  const verdicts = { linearizable: 0, violation: 0, 'gave-up': 0 }
  fc.assert(
    fc.property(arbitrary, (history) => {
      const { kind } = checkLinearizability(model, history)
      verdicts[kind]++
      expect(kind).toBe(isLinearizable(model, history) ? 'linearizable' : 'violation')
    }),
    { numRuns: histories },
  )
  return verdicts
}

/** There are both sorts of history, or the two would agree on nothing much. */
function expectBothSorts(verdicts: ReturnType<typeof crossCheck>): void {
  expect(verdicts.linearizable).toBeGreaterThan(histories / 5)
  expect(verdicts.violation).toBeGreaterThan(histories / 5)
}

test(`${histories} small histories of list-append are judged as brute force judges them`, () => {
  const arbitrary = smallHistories(listAppendInputs, listAppendStore, null)
  expectBothSorts(crossCheck(listAppendModel, arbitrary))
}, 60_000)

test(`${histories} small histories of compare-and-set are judged as brute force judges them`, () => {
  const arbitrary = smallHistories(compareAndSetInputs, compareAndSetStore, null)
  expectBothSorts(crossCheck(compareAndSetModel, arbitrary))
}, 60_000)
