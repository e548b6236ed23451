import type { FrameType } from '../wire/frame-type.ts'
import type { PayloadReader } from '../wire/payload-reader.ts'
import type { ServedInvocation } from './served-invocation.ts'

/** One invocation, as the host sees it: from the order to the plugin until the plugin says that it is over. */
export interface HostInvocation {
  readonly id: number
  readonly invocationId: string
  /** What its calls to the stores are served as. */
  readonly served: ServedInvocation
  /** Takes a frame of the plugin's about it. */
  handle(type: FrameType, payload: PayloadReader): void
  /** The process is gone. */
  fail(error: Error): void
}
