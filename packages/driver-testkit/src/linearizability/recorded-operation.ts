import type { CompareAndSetInput, CompareAndSetOutput } from './compare-and-set-model.ts'
import type { ListAppendInput, ListAppendOutput } from './list-append-model.ts'
import type { MonotonicNs } from './monotonic-now.ts'
import type { Completion, Operation } from './operation.ts'

/** What a client of a workload asks, and by which model its answer is judged. */
export type RecordedRequest =
  | { readonly model: 'list-append'; readonly key: string; readonly input: ListAppendInput }
  | { readonly model: 'compare-and-set'; readonly key: string; readonly input: CompareAndSetInput }

/** A request that a client has made. */
export type RecordedInvocation = RecordedRequest & {
  readonly client: number
  readonly invokedAt: MonotonicNs
}

/** How an operation of a workload ended. */
export type RecordedCompletion = Completion<ListAppendOutput | CompareAndSetOutput>

/** An operation of a workload: one line of a saved history. All operations of a key have one model. */
export type RecordedOperation =
  | ({ readonly model: 'list-append' } & Operation<ListAppendInput, ListAppendOutput>)
  | ({ readonly model: 'compare-and-set' } & Operation<CompareAndSetInput, CompareAndSetOutput>)

/** Where clients note what they do. */
export interface HistoryRecorder {
  /**
   * Notes an operation before anything of it is done. It is kept when this returns, whatever
   * happens to the client then.
   *
   * @returns by what `end` knows the operation
   */
  begin(invocation: RecordedInvocation): number
  /** Notes how it ended. */
  end(id: number, completion: RecordedCompletion): void
}
