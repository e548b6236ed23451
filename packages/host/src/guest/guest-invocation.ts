import type { HoldfastError } from '@holdfast/core'
import type { FrameType } from '../wire/frame-type.ts'
import type { PayloadReader } from '../wire/payload-reader.ts'

/** One invocation, as the process of its plugin sees it. */
export interface GuestInvocation {
  /** The host asks for the next message. */
  pull(): Promise<void>
  /** The host wants no more: `null` when its caller has what it wants, else why it was aborted. */
  cancel(reason: HoldfastError | null): void
  /** A frame of a body, of either direction. */
  handle(type: FrameType, payload: PayloadReader): void
}

/** Says that an invocation is over when the calls that it has left behind have been sent. */
export function sayLast(sent: Promise<void> | null, say: () => unknown): void {
  if (sent === null) say()
  else void sent.then(say)
}
