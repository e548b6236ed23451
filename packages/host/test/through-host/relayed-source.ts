import { encodeFrame } from '../fixtures/relay/body-frames.ts'

/** The body of an upload on its way into the plugin, step by step as the plugin asks for them. */
export class RelayedSource {
  /** What the body threw, once it has. */
  failure: { readonly thrown: unknown } | undefined
  /** The steps in frames: the body of a request. */
  readonly frames: ReadableStream<Uint8Array<ArrayBuffer>>
  readonly #pieces: AsyncIterator<unknown, unknown>
  #hasEnded = false

  constructor(body: AsyncIterable<unknown>) {
    this.#pieces = body[Symbol.asyncIterator]()
    this.frames = new ReadableStream(
      { pull: (controller) => this.#pull(controller), cancel: () => this.end() },
      { highWaterMark: 0 },
    )
  }

  /** Tells the body to end, unless it has. */
  end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    // Not awaited: a body that hangs in next() hangs in return(), too.
    void this.#pieces.return?.().then(undefined, () => undefined)
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): Promise<void> {
    try {
      const step = await this.#pieces.next()
      if (step.done === true) {
        this.#hasEnded = true
        controller.close()
      } else {
        controller.enqueue(toFrame(step.value))
      }
    } catch (error) {
      this.#hasEnded = true
      this.failure = { thrown: error }
      const text = error instanceof Error ? error.message : String(error)
      controller.enqueue(encodeFrame('failure', new TextEncoder().encode(text)))
      controller.close()
    }
  }
}

function toFrame(piece: unknown): Uint8Array<ArrayBuffer> {
  if (piece instanceof Uint8Array) return encodeFrame('piece', piece)
  return encodeFrame('noBytes', new TextEncoder().encode(JSON.stringify(piece ?? null)))
}
