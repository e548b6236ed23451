import type { Socket } from 'node:net'
import { PeerProcess } from './peer-process.ts'
import type { TimedRound, Timing } from './plugin/time-calls.ts'

/** How many bytes go from the one process to the other, and come back. */
export interface Exchange {
  readonly requestBytes: number
  readonly answerBytes: number
}

/**
 * Two processes with a bare socketpair between them. The other one sends bytes, one exchange at a
 * time, and measures; this one answers, as a host would.
 */
export class EchoPair implements AsyncDisposable {
  readonly #peer: PeerProcess

  constructor({ requestBytes, answerBytes }: Exchange, signal: AbortSignal) {
    this.#peer = new PeerProcess('echo-entry', [`${requestBytes}`, `${answerBytes}`], signal)
    if (requestBytes === answerBytes) echo(this.#peer.socket)
    else answer(this.#peer.socket, requestBytes, new Uint8Array(answerBytes))
  }

  measure(round: Omit<TimedRound, 'inFlight'>): Promise<Timing> {
    return this.#peer.measure({ ...round, inFlight: 1 })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#peer[Symbol.asyncDispose]()
  }
}

/** Gives back what comes, as it comes: nothing does less. */
function echo(socket: Socket): void {
  socket.on('data', (chunk) => socket.write(chunk))
}

function answer(socket: Socket, requestBytes: number, body: Uint8Array): void {
  let received = 0
  socket.on('data', (chunk) => {
    received += chunk.length
    for (; received >= requestBytes; received -= requestBytes) socket.write(body)
  })
}
