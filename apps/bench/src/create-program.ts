import { Command, InvalidArgumentError, Option } from 'commander'
import type { BenchPostgresOptions } from './postgres/bench-postgres.ts'

/**
 * What the command understands.
 *
 * @param exit - told what the process is to end with
 */
export function createProgram(signal: AbortSignal, exit: (exitCode: number) => void): Command {
  const program = new Command('bench')
    .description('Measures the drivers side by side with others.')
    .helpCommand(false)
    .exitOverride()
    .showHelpAfterError('Add --help to see what there is.')
  program
    .command('postgres')
    .description(
      'the driver for PostgreSQL against pgbench, other clients, and itself when it grows',
    )
    .option('--json', 'print one line of JSON for each row')
    .option(
      '--quick',
      'a smoke test: two short rounds on little data, without goals; says nothing about speed',
    )
    .option('--seconds <n>', 'length of a round (default: 2, with --quick 1)', parseSeconds)
    .option('--only <name...>', 'only these rows, or all whose names begin so: pgbench keys-100000')
    .option(
      '--postgres-url <url>',
      'use this server, on which databases may be created, and not one of our own',
    )
    .option('--svg <path>', 'draw a chart, too')
    .addOption(new Option('--check', 'exit with 1 if a goal was not met').conflicts(['quick']))
    .addHelpText('after', helpText)
    .action(async (options: BenchPostgresOptions) => {
      const { benchPostgres } = await import('./postgres/bench-postgres.ts')
      exit(await benchPostgres(options, signal))
    })
  return program
}

const helpText = `
It takes about 7 minutes, with --quick about 2; on a terminal it says meanwhile what it measures.
Ratios are ours divided by the other's. apps/bench/README.md explains the table.

Exit codes: 0 it ran; 1 it failed or, with --check, a goal was not met; 2 wrong input.`

/** pgbench takes whole seconds only. */
function parseSeconds(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) {
    throw new InvalidArgumentError('Give a whole number of seconds, from 1 to 999.')
  }
  return Number(text)
}
