import type { Connection } from '../wire/connection.ts'
import { frameType } from '../wire/frame-type.ts'
import type { PayloadReader } from '../wire/payload-reader.ts'

/**
 * Asks a plugin which of its endpoints answers a path. The patterns are the plugin's own, and may be
 * such that to match them takes for ever; so they are never matched in the host.
 */
export class RouteQuestions {
  readonly #open = new Map<number, PromiseWithResolvers<number | null>>()

  /** @returns the index of the endpoint, in the order of the plugin's description */
  ask(connection: Connection, id: number, path: string): Promise<number | null> {
    const question = Promise.withResolvers<number | null>()
    this.#open.set(id, question)
    connection.begin(frameType.findRoute, id).text(path).end()
    return question.promise
  }

  /** Takes an answer. One that comes too late is passed over. */
  handle(id: number, payload: PayloadReader): void {
    const index = payload.optional((from) => from.u32())
    payload.end()
    this.#open.get(id)?.resolve(index)
    this.#open.delete(id)
  }

  /** The process is gone. */
  fail(error: Error): void {
    for (const { reject } of this.#open.values()) reject(error)
    this.#open.clear()
  }
}
