import type {
  CompareAndSetInput,
  CompareAndSetOutput,
  VersionedValue,
} from '../../src/linearizability/compare-and-set-model.ts'
import type {
  ListAppendInput,
  ListAppendOutput,
  StoredList,
} from '../../src/linearizability/list-append-model.ts'

/** A store that answers, where a model only judges answers. */
export type SequentialStore<State, Input, Output> = (
  state: State,
  input: Input,
) => readonly [Output, State]

export const listAppendStore: SequentialStore<StoredList, ListAppendInput, ListAppendOutput> = (
  state,
  input,
) => {
  if (input.kind === 'read') return [{ kind: 'list', list: state }, state]
  if (input.base !== state) return [{ kind: 'refused' }, state]
  const elements = [...(state?.split(' ') ?? []), input.element]
  return [{ kind: 'appended' }, elements.join(' ')]
}

export const compareAndSetStore: SequentialStore<
  VersionedValue | null,
  CompareAndSetInput,
  CompareAndSetOutput
> = (state, input) => {
  if (input.kind === 'read') return [{ kind: 'entry', entry: state }, state]
  const current = state === null ? null : state.version
  if ('expected' in input && input.expected !== current) {
    return [{ kind: 'mismatch', current }, state]
  }
  if (input.kind === 'delete') return [{ kind: 'done' }, null]
  return [{ kind: 'done' }, { version: input.version, value: input.value }]
}
