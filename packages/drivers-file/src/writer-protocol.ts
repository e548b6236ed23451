import {
  type Commit,
  type EpochMs,
  type ErrorCode,
  type ErrorContext,
  HoldfastError,
  isHoldfastError,
  type PluginScope,
  type Put,
  type Scope,
  type Usage,
} from '@holdfast/core'

/**
 * One thing for the writer to do, all or nothing. `now` is the time by the clock that the driver was
 * given; `null` for the time when its turn has come, since it may wait for other processes.
 */
export type Job =
  | {
      readonly kind: 'commit'
      readonly target: PluginScope
      readonly commit: WriterCommit
      readonly now: EpochMs | null
    }
  | {
      readonly kind: 'chunk'
      readonly stream: string
      readonly position: number
      readonly bytes: Uint8Array<ArrayBuffer>
      readonly leaseUntil: EpochMs
    }
  | { readonly kind: 'renew'; readonly stream: string; readonly leaseUntil: EpochMs }
  | { readonly kind: 'abandon'; readonly stream: string }
  | { readonly kind: 'reclaim' }
  | { readonly kind: 'clear'; readonly scope: Scope; readonly now: EpochMs | null }
  | { readonly kind: 'sweep'; readonly now: EpochMs }

/** A commit whose values may have arrived before it, chunk by chunk. */
export interface WriterCommit extends Commit {
  readonly puts: readonly WriterPut[]
}

/** A put; where it has a stream, that holds the value, and `value` is empty. */
export interface WriterPut extends Put {
  readonly stream?: { readonly id: string; readonly size: number } | undefined
}

/** What a job did. */
export interface JobOutcome {
  /** What was removed, where the job removes. */
  readonly removed: Usage
  /** Whether there are chunks to reclaim. */
  readonly hasOrphans: boolean
  /** The bytes of a chunk, to be filled again: made anew they would pile up until two heaps are swept. */
  readonly spent?: Uint8Array<ArrayBuffer>
}

/** What became of a job. */
export type JobResult =
  | (JobOutcome & { readonly error?: undefined })
  | { readonly error: ErrorMessage }

/** Jobs that go into one transaction, or the wish that the writer end. */
export type WriterRequest = { readonly jobs: readonly Job[] } | 'close'

/** The first message of a writer says which file it has opened, or why none; each later one answers a request. */
export type WriterReply =
  | { readonly opened: string }
  | { readonly openError: ErrorMessage }
  | { readonly results: readonly JobResult[] }

/** An error on its way between threads, which would lose the fields of its class. */
export interface ErrorMessage {
  readonly code: ErrorCode
  readonly message: string
  readonly context: ErrorContext
  readonly cause: unknown
}

/** Packs an error; what is not Holdfast's becomes the code that is given. */
export function packError(error: unknown, otherwise: ErrorCode): ErrorMessage {
  if (isHoldfastError(error)) {
    const { code, message, context, cause } = error
    return { code, message, context, cause: cause instanceof Error ? describe(cause) : undefined }
  }
  return {
    code: otherwise,
    message: 'The writer of the file driver failed in a way that it does not know.',
    context: {},
    cause: describe(error),
  }
}

/** Unpacks an error that {@link packError} made. */
export function unpackError(error: ErrorMessage): HoldfastError {
  return new HoldfastError(error.code, error.message, {
    context: error.context,
    cause: error.cause,
  })
}

function describe(error: unknown): unknown {
  return error instanceof Error ? { message: error.message, stack: error.stack } : String(error)
}
