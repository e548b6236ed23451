/**
 * Tells when the body of a response has been read to its end, was cancelled or has failed; at once
 * where there is none.
 *
 * @returns the response to hand on in place of the one given
 */
export function watchBody(response: Response, onEnd: () => void): Response {
  const source: ReadableStream<Uint8Array> | null = response.body
  if (source === null) {
    onEnd()
    return response
  }
  const reader = source.getReader()
  reader.closed.then(onEnd, onEnd)
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const step = await reader.read()
        if (step.done) controller.close()
        else controller.enqueue(step.value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    // Nothing is produced before somebody reads it.
    { highWaterMark: 0 },
  )
  const { status, statusText, headers } = response
  return new Response(body, { status, statusText, headers })
}
