import type { Bytes } from '../bytes.ts'
import { ownBytes } from './bytes.ts'

/**
 * A value on its way out of a store as a stream of the web, which takes a piece from the store when
 * it is asked for one.
 *
 * @param open throws when the value may not be read any more
 */
export function toReadable(
  body: AsyncIterable<Uint8Array>,
  open: () => unknown,
): ReadableStream<Bytes> {
  const iterator = body[Symbol.asyncIterator]()
  const cancel = async (): Promise<void> => {
    await iterator.return?.()
  }
  return new ReadableStream<Bytes>(
    {
      async pull(controller) {
        try {
          open()
          const step = await iterator.next()
          if (step.done === true) controller.close()
          else controller.enqueue(ownBytes(step.value))
        } catch (error) {
          // The store has ended the body already, or is told here, and what it says is of no use.
          cancel().catch(() => undefined)
          open()
          throw error
        }
      },
      cancel,
    },
    // Nothing is read before somebody asks for it.
    { highWaterMark: 0 },
  )
}
