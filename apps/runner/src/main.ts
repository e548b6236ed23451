import { Console } from 'node:console'
import { setImmediate } from 'node:timers/promises'
import { HoldfastError, isHoldfastError } from '@holdfast/core'
import { CommanderError } from 'commander'
import { createProgram } from './create-program.ts'
import { errorOutcomes, exitCodes } from './error-outcomes.ts'
import { ExitError } from './exit-error.ts'
import { Interrupted, listenForInterruption } from './interruption.ts'
import { toHoldfastError } from './problem-details.ts'
import { showError } from './show-error.ts'
import { reportStrayErrors } from './stray-errors.ts'

/**
 * Runs the `holdfast` command.
 *
 * @param args without the names of Node and of the script
 * @returns what the process is to end with: one of the exit codes that `holdfast --help` lists
 */
export async function main(args: readonly string[]): Promise<number> {
  const style = { json: args.includes('--json'), verbose: args.includes('--verbose') }
  const { signal, stop, ignore } = listenForInterruption()
  const strays = reportStrayErrors(style, stop)
  // Of stdout, what a plugin logs is no part.
  globalThis.console = new Console(process.stderr)
  // A tool that waits for nothing that this process knows of is still to be interrupted.
  const keepAlive = setInterval(() => undefined, 2 ** 30)
  // Whoever writes is told by the write itself.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  try {
    await createProgram(signal).parseAsync(args, { from: 'user' })
    // Node tells of a promise that was left behind when the work of the moment is done.
    await setImmediate()
    const isFault = signal.aborted ? isFaultOf(signal) : strays.hasSeen()
    return isFault ? exitCodes.failure : exitCodes.success
  } catch (caught) {
    if (caught instanceof CommanderError && caught.exitCode === 0) return exitCodes.success
    if (isBrokenPipe(caught)) return exitCodes.success
    if (caught instanceof ExitError) return caught.exitCode
    const interrupted: unknown = signal.reason
    if (interrupted instanceof Interrupted && isHoldfastError(caught, 'ABORTED')) {
      return interrupted.exitCode
    }
    const error = caught instanceof CommanderError ? usageError(caught) : caught
    // A commander that could not make sense of the options says nothing of those that it knew.
    await showError(error, style)
    return errorOutcomes[toHoldfastError(error).code].exitCode
  } finally {
    clearInterval(keepAlive)
    ignore()
  }
}

function isFaultOf(signal: AbortSignal): boolean {
  const reason: unknown = signal.reason
  return reason instanceof Interrupted && reason.exitCode === exitCodes.failure
}

/** Whoever read the output, such as `head`, has had enough of it. */
function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE'
}

function usageError(error: CommanderError): HoldfastError {
  const text = error.code === 'commander.help' ? 'Name a command.' : error.message
  const message = text.replace(/^error: /, '').replace(/\.?$/, '.')
  const sentence = message.charAt(0).toUpperCase() + message.slice(1)
  return new HoldfastError('USAGE', `${sentence} Add --help to see what there is.`)
}
