import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import type { Duplex } from 'node:stream'
import type { LeakRow } from './leak-rows.ts'
import type { Verdict } from './probe/attempt.ts'
import type { Targets } from './probe/probe.ts'

/** Root's way to be nobody in particular. */
const asNobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']

/** A host in a process of its own, which a probe may do to as it can. */
export class ThrowawayHost implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #answers: Interface
  readonly #ended: Promise<never>

  /** @param granted `network` for a plugin that was granted it */
  constructor(
    { mode, nodePath, asOneUser }: LeakRow,
    secret: string,
    granted: 'network' | 'nothing' = 'nothing',
  ) {
    const [command, ...args] = [
      ...(asOneUser && process.getuid?.() === 0 ? asNobody : []),
      // In the mode inline, it is the host's Node.js that runs plugins.
      mode === 'inline' ? nodePath : process.execPath,
      '--conditions=@holdfast/source',
      '--no-warnings',
      // For the inspector that one probe opens.
      '--inspect-port=0',
      join(import.meta.dirname, 'leak-host.ts'),
      mode,
      nodePath,
      granted,
    ]
    const env = { PATH: process.env['PATH'], HOLDFAST_SECRET: secret }
    this.#child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'ignore', 'pipe'] })
    this.#answers = createInterface({ input: this.#child.stdio[3] as Duplex })
    this.#ended = once(this.#child, 'exit').then(() => {
      throw new Error('The probe has ended the host, or the process of its plugin.')
    })
    this.#ended.catch(() => undefined)
  }

  /** Has its plugin try a probe, in a workspace. */
  async attempt(
    probe: string,
    targets: Partial<Targets>,
    workspace: string = 'acme',
  ): Promise<Verdict> {
    this.#child.stdin?.write(`${JSON.stringify([workspace, probe, targets])}\n`)
    const [answer] = await Promise.race([
      once(this.#answers, 'line') as Promise<[string]>,
      this.#ended,
    ])
    return JSON.parse(answer) as Verdict
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { exitCode, signalCode } = this.#child
    if (exitCode !== null || signalCode !== null) return
    const exit = once(this.#child, 'exit')
    this.#child.stdin?.end()
    await exit
  }
}
