import { ChildProgram } from '../child-program.ts'
import type { ProcessMessage, ProcessPlan } from './client-process-protocol.ts'
import { monotonicNow } from './monotonic-now.ts'
import type { HistoryRecorder } from './recorded-operation.ts'

/** A process in which clients use a driver of its own. What they do goes into a recorder here. */
export class ClientProcess implements AsyncDisposable {
  /** Resolves when the driver in it is open. */
  readonly ready: Promise<void>
  /** Resolves when it has ended as it was to; rejects when it has ended otherwise, or unbidden. */
  readonly ended: Promise<void>
  readonly #program: ChildProgram
  readonly #recorder: HistoryRecorder
  /** Ids of the operations there, with their ids here. */
  readonly #ids = new Map<number, number>()
  readonly #ready = Promise.withResolvers<void>()
  readonly #startedAt = monotonicNow()
  #state: 'running' | 'stopping' | 'killed' = 'running'

  constructor(plan: ProcessPlan, recorder: HistoryRecorder) {
    this.#recorder = recorder
    this.#program = new ChildProgram({
      entry: new URL('./client-process-entry.ts', import.meta.url),
      plan,
      hear: (message) => this.#hear(message as ProcessMessage),
    })
    this.ended = this.#mustEndAsBidden()
    this.ready = Promise.race([this.#ready.promise, this.ended])
    // Whoever waits hears of it; and nobody may be waiting at that moment.
    this.ended.catch(() => undefined)
    this.ready.catch(() => undefined)
  }

  /** Has the clients begin. */
  begin(): void {
    this.#program.prompt('begin\n')
  }

  /** Lets the clients finish what they are doing, and close the driver. */
  async stop(): Promise<void> {
    this.#state = 'stopping'
    this.#program.endInput()
    await this.ended
  }

  /** Ends it at once with SIGKILL, and waits until all that it told has been heard. */
  async kill(): Promise<void> {
    this.#state = 'killed'
    await this.#program[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }

  async #mustEndAsBidden(): Promise<void> {
    const { code, signal, printed } = await this.#program.ended
    if (this.#state === 'killed' || (this.#state === 'stopping' && code === 0)) return
    throw new Error(
      `A process of clients ended with ${signal ?? `exit code ${code}`}. It printed:\n${printed}`,
    )
  }

  #hear(message: ProcessMessage): void {
    switch (message.kind) {
      case 'ready':
        if (message.at < this.#startedAt || message.at > monotonicNow()) {
          throw new Error('The processes of this machine have no clock in common.')
        }
        this.#ready.resolve()
        return
      case 'begin':
        this.#ids.set(message.id, this.#recorder.begin(message.invocation))
        return
      case 'end': {
        const id = this.#ids.get(message.id)
        if (id !== undefined) this.#recorder.end(id, message.completion)
      }
    }
  }
}
