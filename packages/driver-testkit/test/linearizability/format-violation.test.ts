import { expect, test } from 'vitest'
import { checkHistory } from '../../src/linearizability/check-history.ts'
import type { RecordedOperation } from '../../src/linearizability/recorded-operation.ts'

const model = 'compare-and-set'
const key = 'version-1'
const a = { version: '1-1', value: 'A' }
const b = { version: '2-1', value: 'B' }

const history: readonly RecordedOperation[] = [
  {
    model,
    key,
    client: 1,
    invokedAt: 1_000_000,
    returnedAt: 3_000_000,
    input: { kind: 'put', by: 'commit', expected: null, ...a },
    outcome: 'ok',
    output: { kind: 'done' },
  },
  {
    model,
    key,
    client: 2,
    invokedAt: 4_000_000,
    returnedAt: 5_000_000,
    input: { kind: 'put', by: 'commit', expected: '1-1', ...b },
    outcome: 'ok',
    output: { kind: 'done' },
  },
  {
    model,
    key,
    client: 3,
    invokedAt: 4_500_000,
    returnedAt: null,
    input: { kind: 'delete', expected: '2-1' },
    outcome: 'unknown',
    error: 'NO_ANSWER',
  },
  {
    model,
    key,
    client: 1,
    invokedAt: 5_500_000,
    returnedAt: 5_600_000,
    input: { kind: 'delete', expected: '2-1' },
    outcome: 'failed',
    error: 'ABORTED',
  },
  {
    model,
    key,
    client: 4,
    invokedAt: 6_000_000,
    returnedAt: 7_000_000,
    input: { kind: 'read', by: 'list' },
    outcome: 'ok',
    output: { kind: 'entry', entry: a },
  },
]

test('shows what fits nowhere, the states it contradicts, and the operations on a line of time', () => {
  const [verdict] = checkHistory(history)
  expect(verdict?.report.split('\n')).toEqual([
    'version-1 is not linearizable.',
    '',
    'No order of the operations explains this answer together with those before it:',
    '  client 4: read by list: version 1-1 with "A"',
    '',
    'When it came, the key can have been in these states alone, each of which contradicts it:',
    '  absent',
    '  version 2-1 with "B"',
    '',
    'They are what follows from the operations before, for instance in this order:',
    '  client 1: put version 1-1 by commit where absent: done',
    '  client 2: put version 2-1 by commit where version 1-1: done',
    '  client 3: delete where version 2-1: unknown, NO_ANSWER',
    '',
    'These operations contradict each other; milliseconds from the first:',
    '  |===========                     |     0.000 to     2.000  client 1: put version 1-1 by commit where absent: done',
    '  |                ======          |     3.000 to     4.000  client 2: put version 2-1 by commit where version 1-1: done',
    '  |                  ==============|     3.500 to         ?  client 3: delete where version 2-1: unknown, NO_ANSWER',
    '> |                          ======|     5.000 to     6.000  client 4: read by list: version 1-1 with "A"',
    '',
    'These failed and so count for nothing:',
    '  client 1: delete where version 2-1: failed, ABORTED',
    '',
  ])
})
