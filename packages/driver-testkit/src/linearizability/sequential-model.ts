/**
 * What one key does when operations come one after the other: the standard that concurrent
 * histories are held against. States are values and are never changed in place.
 */
export interface SequentialModel<State, Input, Output> {
  readonly initial: State

  /**
   * Takes one operation.
   *
   * @param output what the operation answered; `null` where nobody knows, and then any answer will do
   * @returns the state after it, which is the very `state` where nothing changes; `undefined` where
   * the operation cannot have answered so in that state
   */
  next(state: State, input: Input, output: Output | null): State | undefined

  /** Whether an operation that answered so may change the state. Those that only look do not. */
  mayChange(input: Input, output: Output | null): boolean

  /** A text that is the same for equal states and for no others; a person can read it. */
  describeState(state: State): string

  /** An operation and its answer in a few words. */
  describe(input: Input, output: Output | null): string
}
