import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** How much is kept of what a process prints, in characters. */
const maxPrinted = 4_000

/** How a process ended. */
export interface ChildEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The last of what it printed on stdout and stderr. */
  readonly printed: string
}

/** What a process is to run, and who hears what it tells. */
export interface ChildProgramOptions {
  /** A module of this package, as it is called among the sources: `….ts`. */
  readonly entry: URL
  /** Given to it as JSON. */
  readonly plan: unknown
  /** Variables of its environment that differ from those of this process. */
  readonly env?: Readonly<Record<string, string>>
  /** Hears each message in turn. If it throws, the process is killed and `ended` rejects. */
  readonly hear: (message: unknown) => void
}

/**
 * A process that runs a program of this package and tells about itself with `tellParent`. What it
 * told before it died, however it died, is heard.
 */
export class ChildProgram implements AsyncDisposable {
  /** Resolves when the process is gone and all that it told has been heard. */
  readonly ended: Promise<ChildEnd>
  readonly #child: ChildProcess

  constructor({ entry, plan, env = {}, hear }: ChildProgramOptions) {
    this.#child = startProcess(entry, plan, env)
    this.ended = this.#follow(hear)
    // Whoever waits hears of it; and nobody may be waiting at that moment.
    this.ended.catch(() => undefined)
  }

  /** The id of the process; `undefined` where it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Gives it something to read on its standard input. */
  prompt(text: string): void {
    this.#child.stdin?.write(text)
  }

  /** Ends its standard input, as happens where this process is killed. */
  endInput(): void {
    this.#child.stdin?.end()
  }

  /** Ends it at once, with SIGKILL. */
  kill(): void {
    this.#child.kill('SIGKILL')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill()
    await this.ended.catch(() => undefined)
  }

  async #follow(hear: (message: unknown) => void): Promise<ChildEnd> {
    const closed = once(this.#child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
    const printed = keepPrinted(this.#child)
    // What it no longer reads is no failure of its own.
    this.#child.stdin?.on('error', () => undefined)
    try {
      for await (const message of messagesOf(this.#child)) hear(message)
    } finally {
      this.kill()
      await closed
    }
    const [code, signal] = await closed
    return { code, signal, printed: printed() }
  }
}

function startProcess(
  entry: URL,
  plan: unknown,
  env: Readonly<Record<string, string>>,
): ChildProcess {
  // Where this module runs as TypeScript, the program does too, and resolves our packages alike.
  const extension = extname(import.meta.url)
  const path = fileURLToPath(entry).replace(/\.ts$/, extension)
  const conditions = extension === '.ts' ? ['--conditions=@holdfast/source'] : []
  return spawn(process.execPath, [...conditions, path, JSON.stringify(plan)], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
}

function keepPrinted(child: ChildProcess): () => string {
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed = (printed + text).slice(-maxPrinted)
    })
  }
  return () => printed
}

async function* messagesOf(child: ChildProcess): AsyncGenerator<unknown, void> {
  const [, , , telling] = child.stdio
  let rest = ''
  for await (const text of (telling as Readable).setEncoding('utf8') as AsyncIterable<string>) {
    const lines = `${rest}${text}`.split('\n')
    // A kill may cut the last line, which has not been told then.
    rest = lines.pop() ?? ''
    for (const line of lines) yield JSON.parse(line)
  }
}
