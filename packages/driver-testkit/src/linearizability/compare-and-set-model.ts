import type { ReadMethod, WriteMethod } from './operation-method.ts'
import type { SequentialModel } from './sequential-model.ts'

/** What a client sees of an entry. */
export interface VersionedValue {
  readonly version: string
  readonly value: string
}

/** A read, or a write that may expect a version: `null` for absence, left out for whatever there is. */
export type CompareAndSetInput =
  | { readonly kind: 'read'; readonly by: ReadMethod }
  | ({
      readonly kind: 'put'
      readonly by: WriteMethod
      readonly expected?: string | null
    } & VersionedValue)
  | { readonly kind: 'delete'; readonly expected?: string | null }

/** The answer to a {@link CompareAndSetInput}. */
export type CompareAndSetOutput =
  | { readonly kind: 'entry'; readonly entry: VersionedValue | null }
  | { readonly kind: 'done' }
  /** `VERSION_MISMATCH`, with the version that the key had; `null` where it was absent. */
  | { readonly kind: 'mismatch'; readonly current: string | null }

/**
 * A key whose writes expect versions. No version is written twice, so a version that was replaced
 * and is seen again, or expected with success, convicts the store.
 */
export const compareAndSetModel: SequentialModel<
  VersionedValue | null,
  CompareAndSetInput,
  CompareAndSetOutput
> = {
  initial: null,

  next(state, input, output) {
    if (input.kind === 'read') {
      if (output === null) return state
      return output.kind === 'entry' && isSame(output.entry, state) ? state : undefined
    }
    const current = state?.version ?? null
    const fits = input.expected === undefined || input.expected === current
    switch (output?.kind) {
      case 'done':
        return fits ? stateAfter(input) : undefined
      case 'mismatch':
        return !fits && output.current === current ? state : undefined
      case 'entry':
        return undefined
      case undefined:
        return fits ? stateAfter(input) : state
    }
  },

  mayChange: (input, output) => input.kind !== 'read' && output?.kind !== 'mismatch',

  describeState: (state) =>
    state === null ? 'absent' : `version ${state.version} with ${JSON.stringify(state.value)}`,

  describe(input, output) {
    const call = describeCall(input)
    if (output === null) return call
    if (output.kind === 'done') return `${call}: done`
    if (output.kind === 'mismatch') return `${call}: mismatch, ${describeVersion(output.current)}`
    return `${call}: ${compareAndSetModel.describeState(output.entry)}`
  },
}

function stateAfter(
  input: Exclude<CompareAndSetInput, { readonly kind: 'read' }>,
): VersionedValue | null {
  return input.kind === 'put' ? { version: input.version, value: input.value } : null
}

function isSame(left: VersionedValue | null, right: VersionedValue | null): boolean {
  return left?.version === right?.version && left?.value === right?.value
}

function describeCall(input: CompareAndSetInput): string {
  if (input.kind === 'read') return `read by ${input.by}`
  const { expected } = input
  const condition = expected === undefined ? '' : ` where ${describeVersion(expected)}`
  return input.kind === 'put'
    ? `put version ${input.version} by ${input.by}${condition}`
    : `delete${condition}`
}

function describeVersion(version: string | null): string {
  return version === null ? 'absent' : `version ${version}`
}
