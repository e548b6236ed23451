import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { whenClosed } from './when-closed.ts'

/** Runs `node -e 0`. Returns how long it took to start and end, in milliseconds. */
export async function runBareNode(signal: AbortSignal): Promise<number> {
  const before = performance.now()
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore', env: {}, signal })
  await once(child, 'exit')
  return performance.now() - before
}

/** A Node.js process with a few lines of code and nothing else. It is killed when it is disposed. */
export class BareNode implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #closed: Promise<void>

  private constructor(script: string, signal: AbortSignal) {
    const stdio = ['pipe', 'pipe', 'inherit'] as const
    this.#child = spawn(process.execPath, ['-e', script], { stdio: [...stdio], env: {}, signal })
    this.#closed = whenClosed(this.#child)
  }

  /** One that waits for what never comes. */
  static idle(signal: AbortSignal): Promise<BareNode> {
    return BareNode.#start(`process.stdin.resume(); ${sayReady}`, signal)
  }

  /** One that loops. */
  static looping(signal: AbortSignal): Promise<BareNode> {
    return BareNode.#start(`${sayReady}; for (;;);`, signal)
  }

  static async #start(script: string, signal: AbortSignal): Promise<BareNode> {
    const bare = new BareNode(script, signal)
    await Promise.race([once(bare.#child.stdout, 'data', { signal }), bare.#closed])
    return bare
  }

  get pid(): number {
    const { pid } = this.#child
    if (pid === undefined) throw new Error('The process has not started.')
    return pid
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#closed
  }
}

// On a pipe, this is written at once.
const sayReady = "process.stdout.write('ready')"
