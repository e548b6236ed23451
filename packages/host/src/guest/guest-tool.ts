import { HoldfastError } from '@holdfast/core'
import type { Message, PluginDefinition } from '@holdfast/session'
import { type InvocationContext, runTool } from '@holdfast/session/runtime'
import type { Connection } from '../wire/connection.ts'
import { encodeError } from '../wire/error-codec.ts'
import { frameType } from '../wire/frame-type.ts'
import { prepareMessage } from '../wire/message-codec.ts'
import { type GuestInvocation, sayLast } from './guest-invocation.ts'

/** A call of a tool, which goes on only as its messages are asked for. */
export class GuestTool implements GuestInvocation {
  readonly #connection: Connection
  readonly #id: number
  readonly #tool: string
  readonly #messages: AsyncGenerator<Message, void, void>
  readonly #abort: AbortController
  /** Ends it here. What it has left to be sent goes before its last word. */
  readonly #onEnd: () => Promise<void> | null
  #isCancelled = false
  #hasEnded = false

  constructor(
    connection: Connection,
    id: number,
    definition: PluginDefinition,
    call: { readonly tool: string; readonly parameters: unknown },
    context: InvocationContext,
    abort: AbortController,
    onEnd: () => Promise<void> | null,
  ) {
    this.#connection = connection
    this.#id = id
    this.#tool = call.tool
    this.#messages = runTool(definition, call.tool, call.parameters, context)
    this.#abort = abort
    this.#onEnd = onEnd
  }

  async pull(): Promise<void> {
    try {
      const step = await this.#messages.next()
      if (this.#isCancelled) return
      if (step.done === true) {
        this.#finish()
        return
      }
      const write = prepareMessage(step.value)
      const frame = this.#connection.begin(frameType.message, this.#id)
      write(frame)
      frame.end()
    } catch (error) {
      if (this.#isCancelled) return
      // It may be a message that cannot be sent, and the tool stands behind its yield.
      await this.#messages.return().catch(() => undefined)
      this.#fail(error)
    }
  }

  cancel(reason: HoldfastError | null): void {
    if (reason !== null) this.#abort.abort(reason)
    if (this.#isCancelled || this.#hasEnded) return
    this.#isCancelled = true
    // It comes to its end behind the step that is under way.
    this.#messages.return().then(
      () => this.#finish(),
      (error: unknown) => this.#fail(error),
    )
  }

  handle(): void {
    // A tool has no body.
  }

  #finish(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    sayLast(this.#onEnd(), () => this.#connection.send(frameType.done, this.#id, true))
  }

  #fail(error: unknown): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    const text = `The tool ${JSON.stringify(this.#tool)} failed.`
    const json = encodeError(error, (cause) => new HoldfastError('TOOL_FAILED', text, { cause }))
    sayLast(this.#onEnd(), () =>
      this.#connection.begin(frameType.failed, this.#id, true).text(json).end(),
    )
  }
}
