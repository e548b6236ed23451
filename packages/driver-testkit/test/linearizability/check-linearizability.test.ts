import { describe, expect, test } from 'vitest'
import { checkLinearizability } from '../../src/linearizability/check-linearizability.ts'
import {
  type CompareAndSetInput,
  compareAndSetModel,
  type CompareAndSetOutput,
} from '../../src/linearizability/compare-and-set-model.ts'
import { listAppendModel } from '../../src/linearizability/list-append-model.ts'
import type { Operation } from '../../src/linearizability/operation.ts'
import { SeededRandom } from '../../src/seeded-random.ts'
import { simulateHistory } from './simulate-history.ts'
import { listAppendWorkload } from './simulated-workloads.ts'

type CompareAndSet = Operation<CompareAndSetInput, CompareAndSetOutput>

/** Operations of one client each, with the moments of invocation and return. */
function operation(
  [invokedAt, returnedAt]: readonly [number, number],
  input: CompareAndSetInput,
  output: CompareAndSetOutput,
): CompareAndSet {
  return { key: 'k', client: invokedAt, input, invokedAt, outcome: 'ok', output, returnedAt }
}

function put(version: string, expected?: string | null): CompareAndSetInput {
  return {
    kind: 'put',
    by: 'commit',
    version,
    value: version,
    ...(expected === undefined ? {} : { expected }),
  }
}

function entry(version: string | null): CompareAndSetOutput {
  return { kind: 'entry', entry: version === null ? null : { version, value: version } }
}

function unknown(invokedAt: number, input: CompareAndSetInput): CompareAndSet {
  const returnedAt = invokedAt + 1
  return {
    key: 'k',
    client: invokedAt,
    input,
    invokedAt,
    outcome: 'unknown',
    error: '',
    returnedAt,
  }
}

const get: CompareAndSetInput = { kind: 'read', by: 'get' }
const done: CompareAndSetOutput = { kind: 'done' }

function verdictOf(...history: readonly CompareAndSet[]): string {
  return checkLinearizability(compareAndSetModel, history).kind
}

describe('a history', () => {
  test('without operations is linearizable', () => {
    expect(verdictOf()).toBe('linearizable')
  })

  test('may show a write from its invocation on, and must from its return on', () => {
    const write = operation([10, 20], put('a', null), done)
    expect(verdictOf(write, operation([11, 12], get, entry('a')))).toBe('linearizable')
    expect(verdictOf(write, operation([11, 12], get, entry(null)))).toBe('linearizable')
    expect(verdictOf(write, operation([20, 21], get, entry(null)))).toBe('linearizable')
    expect(verdictOf(write, operation([21, 22], get, entry(null)))).toBe('violation')
    expect(verdictOf(write, operation([8, 9], get, entry('a')))).toBe('violation')
  })

  test('never goes back from what one read has shown', () => {
    const write = operation([10, 50], put('a', null), done)
    const seen = operation([11, 12], get, entry('a'))
    expect(verdictOf(write, seen, operation([13, 14], get, entry(null)))).toBe('violation')
  })

  test('shows one winner of two writes that expect the same', () => {
    const first = operation([1, 9], put('a', null), done)
    const second = operation([2, 8], put('b', null), done)
    const refused = operation([2, 8], put('b', null), { kind: 'mismatch', current: 'a' })
    expect(verdictOf(first, second)).toBe('violation')
    expect(verdictOf(first, refused)).toBe('linearizable')
  })

  test('shows the version that a refused write was refused for', () => {
    const write = operation([1, 2], put('a', null), done)
    const refused = (current: string | null): CompareAndSet =>
      operation([3, 4], put('b', 'x'), { kind: 'mismatch', current })
    expect(verdictOf(write, refused('a'))).toBe('linearizable')
    expect(verdictOf(write, refused(null))).toBe('violation')
  })

  test('shows a value with the version that it was written with', () => {
    const write = operation([1, 2], put('a', null), done)
    const torn = { kind: 'entry', entry: { version: 'a', value: 'b' } } as const
    expect(verdictOf(write, operation([3, 4], get, torn))).toBe('violation')
  })
})

describe('an operation of unknown outcome', () => {
  const write = unknown(1, put('a', null))

  test('may never take effect', () => {
    expect(verdictOf(write, operation([5, 6], get, entry(null)))).toBe('linearizable')
  })

  test('may take effect long after its client heard that nobody knows', () => {
    const before = operation([5, 6], get, entry(null))
    expect(verdictOf(write, before, operation([7, 8], get, entry('a')))).toBe('linearizable')
  })

  test('takes effect once', () => {
    const seen = operation([3, 4], get, entry('a'))
    const removed = operation([5, 6], { kind: 'delete', expected: 'a' }, done)
    const again = operation([7, 8], get, entry('a'))
    expect(verdictOf(write, seen, removed, again)).toBe('violation')
  })

  test('does not take effect before its invocation', () => {
    expect(verdictOf(unknown(5, put('a')), operation([3, 4], get, entry('a')))).toBe('violation')
  })
})

test('an operation that failed has no effect', () => {
  const { key, client, input, invokedAt } = operation([1, 2], put('a'), done)
  const failed = {
    key,
    client,
    input,
    invokedAt,
    outcome: 'failed',
    error: 'ABORTED',
    returnedAt: 2,
  } as const
  expect(verdictOf(failed, operation([3, 4], get, entry('a')))).toBe('violation')
  expect(verdictOf(failed, operation([3, 4], get, entry(null)))).toBe('linearizable')
})

describe('a violation', () => {
  const first = operation([1, 2], put('a', null), done)
  const needless = operation([3, 4], get, entry('a'))
  const second = operation([5, 6], put('b', 'a'), done)
  const seen = operation([7, 8], get, entry('b'))
  const stale = operation([9, 12], get, entry('a'))
  const pending = operation([10, 30], put('c', 'b'), done)
  const later = operation([40, 41], get, entry('c'))
  const history = [later, pending, stale, seen, second, needless, first]
  const verdict = checkLinearizability(compareAndSetModel, history)
  const violation = verdict.kind === 'violation' ? verdict.violation : undefined

  test('names the operation that fits nowhere, the order before it and the states then', () => {
    expect(violation?.operation).toBe(stale)
    expect(violation?.order).toEqual([first, needless, second, seen, pending])
    expect(violation?.states.map((state) => state?.version).toSorted()).toEqual(['b', 'c'])
  })

  test('has a witness with no read that it does not take and nothing from afterwards', () => {
    expect(violation?.witness).toEqual([first, second, stale, pending])
  })
})

test('a search that meets its bound says so', () => {
  const verdict = checkLinearizability(
    compareAndSetModel,
    [operation([1, 2], put('a', null), done), operation([3, 4], get, entry('a'))],
    { maxSteps: 1 },
  )
  expect(verdict).toEqual({ kind: 'gave-up', steps: 1 })
})

test('a history of 2,000 operations, 80 of them of unknown outcome, takes few steps an operation', () => {
  const { history } = simulateHistory(listAppendWorkload, {
    random: new SeededRandom(7),
    clients: 8,
    operations: 2_000,
  })
  const { kind, steps } = checkLinearizability(listAppendModel, history)
  expect(kind).toBe('linearizable')
  expect(steps / history.length).toBeLessThan(50)
})
