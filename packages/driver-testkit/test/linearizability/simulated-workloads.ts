import {
  type CompareAndSetInput,
  compareAndSetModel,
  type CompareAndSetOutput,
  type VersionedValue,
} from '../../src/linearizability/compare-and-set-model.ts'
import {
  type ListAppendInput,
  listAppendModel,
  type ListAppendOutput,
  type StoredList,
} from '../../src/linearizability/list-append-model.ts'
import type { SequentialModel } from '../../src/linearizability/sequential-model.ts'
import type { SeededRandom } from '../../src/seeded-random.ts'
import { compareAndSetStore, listAppendStore, type SequentialStore } from './sequential-stores.ts'

/** One key and the store behind it, as a simulation has them. */
export interface SimulatedWorkload<State, Input, Output> {
  readonly name: string
  readonly model: SequentialModel<State, Input, Output>
  readonly initial: State
  readonly store: SequentialStore<State, Input, Output>
  /** What a client asks next that believes the key to be in a state. */
  choose(random: SeededRandom, seen: State, unique: string): Input
  isRead(input: Input): boolean
  /** Whether a write was done. */
  isAccepted(output: Output): boolean
  /** A state in which the write is done. */
  expectedBy(input: Input): State
  /**
   * What an operation says of the states of the key, by names of which none comes back once it has
   * been left: which it found, and which it ended.
   */
  trace(input: Input, output: Output): Trace
}

/** Names of states; `null` where the operation tells nothing. */
export interface Trace {
  readonly found: string | null
  readonly ended: string | null
}

export const listAppendWorkload: SimulatedWorkload<StoredList, ListAppendInput, ListAppendOutput> =
  {
    name: 'list-append',
    model: listAppendModel,
    initial: null,
    store: listAppendStore,
    choose: (random, seen, unique) =>
      random.chance(0.4)
        ? { kind: 'read', by: 'get' }
        : { kind: 'append', by: 'commit', element: unique, base: seen },
    isRead: ({ kind }) => kind === 'read',
    isAccepted: ({ kind }) => kind === 'appended',
    expectedBy: (input) => (input.kind === 'append' ? input.base : null),
    trace(input, output) {
      if (output.kind === 'list') return { found: `[${output.list}]`, ended: null }
      const isDone = input.kind === 'append' && output.kind === 'appended'
      return isDone
        ? { found: `[${input.base}]`, ended: `[${input.base}]` }
        : { found: null, ended: null }
    },
  }

export const compareAndSetWorkload: SimulatedWorkload<
  VersionedValue | null,
  CompareAndSetInput,
  CompareAndSetOutput
> = {
  name: 'compare-and-set',
  model: compareAndSetModel,
  initial: null,
  store: compareAndSetStore,
  choose(random, seen, unique) {
    const choice = random.below(20)
    if (choice < 7) return { kind: 'read', by: 'get' }
    const expected = seen === null ? null : seen.version
    if (choice === 7) return { kind: 'delete', expected }
    const put = { kind: 'put', by: 'commit', version: unique, value: `of ${unique}` } as const
    return choice === 8 ? put : { ...put, expected }
  },
  isRead: ({ kind }) => kind === 'read',
  isAccepted: ({ kind }) => kind === 'done',
  expectedBy(input) {
    const expected = input.kind === 'read' ? null : (input.expected ?? null)
    return expected === null ? null : { version: expected, value: '' }
  },
  trace(input, output) {
    // Absence comes back, so it is no name.
    if (output.kind === 'entry') return { found: output.entry?.version ?? null, ended: null }
    if (output.kind === 'mismatch') return { found: output.current, ended: null }
    const expected = input.kind === 'read' ? null : (input.expected ?? null)
    return { found: expected, ended: expected }
  },
}
