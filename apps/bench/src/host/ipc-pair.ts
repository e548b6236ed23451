import { randomBytes } from 'node:crypto'
import { PeerProcess } from './peer-process.ts'
import type { TimedRound, Timing } from './plugin/time-calls.ts'

/** What the other process sends for each call, and what it gets. */
export type IpcRequest = { readonly id: number; readonly key: string }
export type IpcResponse = { readonly id: number; readonly value: string }

export const ipcKeys = 1_000

const valueBytes = 1_024

/**
 * Two processes that talk by way of Node's own `fork`: a message of JSON for each call and for each
 * answer, with values in base64. The values are in a Map: there is no store that would cost anything.
 */
export class IpcPair implements AsyncDisposable {
  readonly #peer: PeerProcess

  constructor(signal: AbortSignal) {
    const values = new Map(
      Array.from({ length: ipcKeys }, (_, index) => [`1024/${index}`, randomBytes(valueBytes)]),
    )
    this.#peer = new PeerProcess('ipc-entry', [], signal)
    const { child } = this.#peer
    child.on('message', (message) => {
      if (!isRequest(message)) return
      const value = values.get(message.key)?.toString('base64') ?? ''
      child.send({ id: message.id, value } satisfies IpcResponse)
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
