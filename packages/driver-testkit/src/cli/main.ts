import { constants } from 'node:os'
import { styleText } from 'node:util'
import { isHoldfastError } from '@holdfast/core'
import { CommanderError } from 'commander'
import { createProgram } from './create-program.ts'
import { testDriver } from './test-driver.ts'

const exitCodes = { kept: 0, broken: 1, usage: 2 } as const

/**
 * Runs the `driver-testkit` command.
 *
 * @param args without the names of Node and of the script
 * @returns what the process is to end with: one of the exit codes that `driver-testkit --help` lists
 */
export async function main(args: readonly string[]): Promise<number> {
  const signal = listenForInterruption()
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  let exitCode: number = exitCodes.kept
  const program = createProgram(async (request) => {
    const { counts } = await testDriver(request, signal)
    if (counts.broken + counts.unfinished > 0) exitCode = exitCodes.broken
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.kept
    if (signal.aborted) return 128 + constants.signals[signal.reason as InterruptingSignal]
    if (error instanceof CommanderError) {
      const message = error.message.replace(/^error: /, '').replace(/\.?$/, '.')
      return complain(`${message} Add --help to see what there is.`)
    }
    if (isHoldfastError(error, 'USAGE')) return complain(error.message)
    throw error
  }
}

type InterruptingSignal = 'SIGINT' | 'SIGTERM'

/** Aborts, with the name of the signal, on the first one; the second ends the process at once. */
function listenForInterruption(): AbortSignal {
  const controller = new AbortController()
  const stop = (signal: InterruptingSignal): void => {
    if (controller.signal.aborted) process.exit(128 + constants.signals[signal])
    controller.abort(signal)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return controller.signal
}

function complain(message: string): number {
  const label = styleText('red', 'driver-testkit:', { stream: process.stderr })
  process.stderr.write(`${label} ${message}\n`)
  return exitCodes.usage
}
