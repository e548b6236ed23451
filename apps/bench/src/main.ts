import { CommanderError } from 'commander'
import { BenchError } from './bench-error.ts'
import { createProgram } from './create-program.ts'
import { Interrupted, listenForInterruption } from './interruption.ts'

/**
 * Runs the benchmarks.
 *
 * @param args without the names of Node and of the script
 * @returns what the process is to end with: 0 if it ran, 1 if it failed or, with `--check`, a goal was
 * not met, 2 for wrong input
 */
export async function main(args: readonly string[]): Promise<number> {
  using interruption = listenForInterruption()
  const { signal } = interruption
  try {
    let exitCode = 0
    await createProgram(signal, (code) => (exitCode = code)).parseAsync(args, { from: 'user' })
    signal.throwIfAborted()
    return exitCode
  } catch (error) {
    const reason: unknown = signal.reason
    if (reason instanceof Interrupted) return reason.exitCode
    if (isBrokenPipe(error)) return 0
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    process.stderr.write(`bench: ${describe(error)}\n`)
    return 1
  }
}

/** Whoever read the output, such as `head`, has had enough of it. */
function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE'
}

function describe(error: unknown): string {
  if (error instanceof BenchError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
