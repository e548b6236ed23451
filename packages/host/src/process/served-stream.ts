import type { CallOptions, StorageDriver } from '@holdfast/core'
import type { Connection } from '../wire/connection.ts'
import type { FrameType } from '../wire/frame-type.ts'
import type { PayloadReader } from '../wire/payload-reader.ts'
import type { ServedInvocation } from './served-invocation.ts'

/** A call with a stream, while it is open. */
export interface ServedStream {
  /** Takes a frame of the plugin's about it. */
  handle(type: FrameType, payload: PayloadReader): void
  /** The plugin wants no more of it. */
  cancel(): void
}

/** What serving such a call needs. */
export interface StreamCall {
  readonly id: number
  readonly connection: Connection
  readonly driver: StorageDriver
  readonly invocation: ServedInvocation
  /** With a signal that aborts when the invocation ends and when the call is cancelled. */
  readonly options: CallOptions
  readonly cancel: () => void
  /** To be called when it is over and the plugin knows. */
  readonly end: () => void
  /** Tells the plugin that it failed, which ends it. */
  readonly fail: (error: unknown) => void
}
