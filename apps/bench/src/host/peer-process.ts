import { type ChildProcess, fork } from 'node:child_process'
import { Socket } from 'node:net'
import { extname } from 'node:path'
import type { TimedRound, Timing } from './plugin/time-calls.ts'
import { whenClosed } from './when-closed.ts'

/** What a peer is told, and what it answers. */
export type PeerOrder = { readonly round: TimedRound }
export type PeerAnswer = { readonly timing: Timing }

/** A Node.js process beside this one that measures its own calls when it is told to. */
export class PeerProcess implements AsyncDisposable {
  readonly child: ChildProcess
  /** The other end of its file descriptor 3. */
  readonly socket: Socket
  readonly #closed: Promise<void>

  /**
   * @param entry - the program, a file beside this one without its extension
   * @param signal - kills it
   */
  constructor(entry: string, args: readonly string[], signal: AbortSignal) {
    const url = new URL(`./${entry}${extname(import.meta.url)}`, import.meta.url)
    this.child = fork(url, args, { stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'ipc'], signal })
    this.#closed = whenClosed(this.child)
    const socket = this.child.stdio[3]
    if (!(socket instanceof Socket)) throw new Error('The process has no socket.')
    this.socket = socket.on('error', () => undefined)
  }

  /** Tells it to measure for one round. */
  async measure(round: TimedRound): Promise<Timing> {
    const { promise, resolve, reject } = Promise.withResolvers<Timing>()
    const onMessage = (message: unknown): void => {
      if (isAnswer(message)) resolve(message.timing)
    }
    const onClose = (exitCode: number | null): void =>
      reject(new Error(`The process ended with ${exitCode}.`))
    this.child.on('message', onMessage).on('close', onClose)
    try {
      this.child.send({ round } satisfies PeerOrder)
      return await promise
    } finally {
      this.child.off('message', onMessage).off('close', onClose)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL')
    await this.#closed
  }
}

function isAnswer(message: unknown): message is PeerAnswer {
  return typeof message === 'object' && message !== null && 'timing' in message
}
