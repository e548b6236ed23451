import type { IncomingBody } from './incoming-body.ts'

/** Makes a body into a stream. Nothing of it is asked for before somebody reads. */
export function toStream(body: IncomingBody): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream(
    {
      async pull(controller) {
        const step = await body.next()
        if (step.done === true) controller.close()
        else controller.enqueue(step.value as Uint8Array<ArrayBuffer>)
      },
      async cancel() {
        await body.return()
      },
    },
    { highWaterMark: 0 },
  )
}
