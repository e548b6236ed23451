import { limits } from '@holdfast/core'
import { frameType } from '../wire/frame-type.ts'
import type { PayloadReader } from '../wire/payload-reader.ts'
import { ProtocolError } from '../wire/protocol-error.ts'
import { readKeys, readStore, writeListed } from '../wire/storage-codec.ts'
import type { ServedStream, StreamCall } from './served-stream.ts'

/** Watches keys: a state for each that the plugin asks for. */
export function servedWatch(call: StreamCall, payload: PayloadReader): ServedStream {
  const { connection, driver, id, invocation } = call
  const scope = { ...invocation.scope, store: readStore(payload) }
  const keys = readKeys(payload, limits.maxGetKeys)
  const turns = new StateTurns()

  const send = async (): Promise<void> => {
    const states = driver.watch(scope, keys, call.options)[Symbol.asyncIterator]()
    for (;;) {
      // Only what is asked for is looked up, so that it is the newest.
      const isWanted = await turns.next()
      const step = isWanted ? await states.next() : await states.return?.()
      if (step === undefined || step.done === true) break
      const frame = connection.begin(frameType.state, id)
      writeListed(frame, step.value)
      frame.end()
    }
    connection.send(frameType.result, id)
    call.end()
  }
  send().catch(call.fail)

  return {
    handle(type, frame) {
      if (type !== frameType.credit) {
        throw new ProtocolError(`a frame of the type ${type} for a watch`)
      }
      frame.u32()
      turns.grant()
    },
    cancel() {
      call.cancel()
      turns.cancel()
    },
  }
}

/** Lets one state be looked up for each that the plugin asks for; it asks for one at a time. */
class StateTurns {
  #isWanted = false
  #isCancelled = false
  #wake: (() => void) | null = null

  grant(): void {
    this.#isWanted = true
    this.#tell()
  }

  cancel(): void {
    this.#isCancelled = true
    this.#tell()
  }

  /** @returns whether the next is wanted, when that is known */
  async next(): Promise<boolean> {
    if (!this.#isWanted && !this.#isCancelled) {
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    this.#isWanted = false
    return !this.#isCancelled
  }

  #tell(): void {
    this.#wake?.()
    this.#wake = null
  }
}
