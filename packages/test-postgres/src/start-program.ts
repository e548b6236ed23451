import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { serverUser } from './server-user.ts'

/** A server as it is started. */
export interface Program {
  readonly path: string
  readonly args: readonly string[]
  /** Where it is started, by a user who may be another than that of this process. */
  readonly folder: string
  /** What it says on stderr when it takes connections. */
  readonly ready: RegExp
}

/** Starts a server that refuses to run as root. Resolves when it takes connections. */
export async function startProgram(program: Program): Promise<ChildProcess> {
  const { path, args, folder, ready } = program
  const child = spawn(path, args, {
    ...serverUser(),
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const log: string[] = []
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const lines = createInterface({ input: child.stderr }).on('line', (line) => {
    log.push(line)
    if (ready.test(line)) resolve()
  })
  child.on('error', reject)
  child.on('exit', () => reject(new Error(`${path} did not start:\n${log.join('\n')}`)))
  await promise
  // What it says from now on is nobody's, but has to be read.
  lines.removeAllListeners('line')
  return child
}

/** Ends a server with a signal, if it still runs. Resolves when it has ended. */
export async function endProgram(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (!isRunning(child)) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}

/** Whether a process has begun and not ended. */
export function isRunning({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null
}
