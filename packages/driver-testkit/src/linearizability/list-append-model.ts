import type { ReadMethod, WriteMethod } from './operation-method.ts'
import type { SequentialModel } from './sequential-model.ts'

/** A list as it is stored: its elements with spaces between; `null` where the key is absent. */
export type StoredList = string | null

/** Asks for the whole list, or appends to a list that was read before. */
export type ListAppendInput =
  | { readonly kind: 'read'; readonly by: ReadMethod }
  | {
      readonly kind: 'append'
      readonly by: WriteMethod
      /** Appended once in a history. */
      readonly element: string
      /** The list as it was read, and as it must still be. */
      readonly base: StoredList
    }

/** The answer to a {@link ListAppendInput}. */
export type ListAppendOutput =
  | { readonly kind: 'list'; readonly list: StoredList }
  | { readonly kind: 'appended' }
  | { readonly kind: 'refused' }

/**
 * A list that grows by read-modify-write with compare-and-set. Each read shows all writes before it
 * and their order, so that a write once lost stays visible as such.
 */
export const listAppendModel: SequentialModel<StoredList, ListAppendInput, ListAppendOutput> = {
  initial: null,

  next(state, input, output) {
    if (input.kind === 'read') {
      if (output === null) return state
      return output.kind === 'list' && output.list === state ? state : undefined
    }
    const fits = state === input.base
    const kind = output?.kind ?? (fits ? 'appended' : 'refused')
    if (kind === 'appended' && fits) return appendElement(state, input.element)
    return kind === 'refused' && !fits ? state : undefined
  },

  mayChange: (input, output) => input.kind === 'append' && output?.kind !== 'refused',

  describeState: (state) => (state === null ? 'absent' : `[${state}]`),

  describe(input, output) {
    const call =
      input.kind === 'read'
        ? `read by ${input.by}`
        : `append ${input.element} by ${input.by} to ${listAppendModel.describeState(input.base)}`
    if (output === null) return call
    const answer = output.kind === 'list' ? listAppendModel.describeState(output.list) : output.kind
    return `${call}: ${answer}`
  },
}

/** The list with one more element at its end. */
export function appendElement(list: StoredList, element: string): string {
  return list === null ? element : `${list} ${element}`
}
