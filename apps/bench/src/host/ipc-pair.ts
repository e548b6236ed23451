import { PeerProcess } from './peer-process.ts'
import type { TimedRound, Timing } from './plugin/time-calls.ts'

/** What the other process sends for each call, and what it gets. */
export type IpcRequest = { readonly id: number; readonly key: string }
export type IpcResponse = { readonly id: number; readonly value: string }

/**
 * Two processes that talk by way of Node's own `fork`: a message of JSON for each call and for each
 * answer, with values in base64. The other one asks and measures; this one reads and answers.
 */
export class IpcPair implements AsyncDisposable {
  readonly #peer: PeerProcess

  /** @param read - gives the value of a key */
  constructor(read: (key: string) => Promise<Uint8Array>, signal: AbortSignal) {
    this.#peer = new PeerProcess('ipc-entry', [], signal)
    const { child } = this.#peer
    const answer = async ({ id, key }: IpcRequest): Promise<void> => {
      const value = Buffer.from(await read(key)).toString('base64')
      if (child.connected) child.send({ id, value } satisfies IpcResponse)
    }
    child.on('message', (message) => {
      if (isRequest(message)) void answer(message)
    })
  }

  measure(round: TimedRound): Promise<Timing> {
    return this.#peer.measure(round)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#peer[Symbol.asyncDispose]()
  }
}

function isRequest(message: unknown): message is IpcRequest {
  return typeof message === 'object' && message !== null && 'key' in message
}
