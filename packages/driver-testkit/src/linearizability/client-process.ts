import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { ProcessMessage, ProcessPlan } from './client-process-protocol.ts'
import { monotonicNow } from './monotonic-now.ts'
import type { HistoryRecorder } from './recorded-operation.ts'

/** How much is kept of what a process prints, in characters. */
const maxPrinted = 4_000

/** A process in which clients use a driver of its own. What they do goes into a recorder here. */
export class ClientProcess implements AsyncDisposable {
  /** Resolves when the driver in it is open. */
  readonly ready: Promise<void>
  /** Resolves when it has ended as it was to; rejects when it has ended otherwise, or unbidden. */
  readonly ended: Promise<void>
  readonly #child: ChildProcess
  readonly #recorder: HistoryRecorder
  /** Ids of the operations there, with their ids here. */
  readonly #ids = new Map<number, number>()
  readonly #ready = Promise.withResolvers<void>()
  readonly #startedAt = monotonicNow()
  readonly #closed: Promise<unknown[]>
  #printed = ''
  #state: 'running' | 'stopping' | 'killed' = 'running'

  constructor(plan: ProcessPlan, recorder: HistoryRecorder) {
    this.#recorder = recorder
    this.#child = startProcess(plan)
    this.#closed = once(this.#child, 'close')
    this.ended = this.#follow()
    this.ready = Promise.race([this.#ready.promise, this.ended])
    // Whoever waits hears of it; and nobody may be waiting at that moment.
    this.ended.catch(() => undefined)
    this.ready.catch(() => undefined)
  }

  /** Has the clients begin. */
  begin(): void {
    this.#child.stdin?.write('begin\n')
  }

  /** Lets the clients finish what they are doing, and close the driver. */
  async stop(): Promise<void> {
    this.#state = 'stopping'
    this.#child.stdin?.end()
    await this.ended
  }

  /** Ends it at once with SIGKILL, and waits until all that it told has been heard. */
  async kill(): Promise<void> {
    this.#state = 'killed'
    this.#child.kill('SIGKILL')
    await Promise.allSettled([this.#closed, this.ended])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }

  async #follow(): Promise<void> {
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#printed = (this.#printed + text).slice(-maxPrinted)
      })
    }
    // A write to a process that has just died is no failure of its own.
    this.#child.stdin?.on('error', () => undefined)
    const [, , , telling] = this.#child.stdio
    await this.#hearAll(telling as Readable)
    await this.#closed
    const { exitCode, signalCode } = this.#child
    if (this.#state === 'killed' || (this.#state === 'stopping' && exitCode === 0)) return
    throw new Error(
      `A process of clients ended with ${signalCode ?? `exit code ${exitCode}`}. It printed:\n${this.#printed}`,
    )
  }

  async #hearAll(telling: Readable): Promise<void> {
    let rest = ''
    for await (const text of telling.setEncoding('utf8') as AsyncIterable<string>) {
      const lines = `${rest}${text}`.split('\n')
      // A kill may cut the last line; what it was about had not begun, or has no answer.
      rest = lines.pop() ?? ''
      for (const line of lines) this.#hear(JSON.parse(line) as ProcessMessage)
    }
  }

  #hear(message: ProcessMessage): void {
    switch (message.kind) {
      case 'ready':
        if (message.at < this.#startedAt || message.at > monotonicNow()) {
          this.#ready.reject(new Error('The processes of this machine have no clock in common.'))
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

function startProcess(plan: ProcessPlan): ChildProcess {
  // Where this module runs as TypeScript, the process does too, and resolves our packages alike.
  const isSource = import.meta.url.endsWith('.ts')
  const entry = new URL(
    isSource ? './client-process-entry.ts' : './client-process-entry.js',
    import.meta.url,
  )
  const conditions = isSource ? ['--conditions=@holdfast/source'] : []
  return spawn(process.execPath, [...conditions, fileURLToPath(entry), JSON.stringify(plan)], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  })
}
