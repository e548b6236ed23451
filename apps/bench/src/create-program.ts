import { Command, InvalidArgumentError, Option } from 'commander'
import type { BenchHostOptions } from './host/bench-host.ts'
import { benchModes } from './host/bench-modes.ts'
import type { BenchPostgresOptions } from './postgres/bench-postgres.ts'

/**
 * What the command understands.
 *
 * @param exit - told what the process is to end with
 */
export function createProgram(signal: AbortSignal, exit: (exitCode: number) => void): Command {
  const program = new Command('bench')
    .description('Measures the drivers and the host of plugins side by side with others.')
    .helpCommand(false)
    .exitOverride()
    .showHelpAfterError('Add --help to see what there is.')
  addBenchmark(program, 'postgres', {
    defaultSeconds: 2,
    exampleRows: 'pgbench keys-100000',
    minutes: 'about 7 minutes, with --quick about 2',
  })
    .description(
      'the driver for PostgreSQL against pgbench, other clients, and itself when it grows',
    )
    .option(
      '--postgres-url <url>',
      'use this server, on which databases may be created, and not one of our own',
    )
    .action(async (options: BenchPostgresOptions) => {
      const { benchPostgres } = await import('./postgres/bench-postgres.ts')
      exit(await benchPostgres(options, signal))
    })
  addBenchmark(program, 'host', {
    defaultSeconds: 0.5,
    exampleRows: 'get-1k start',
    minutes: 'about 4 minutes, with --quick about half a minute',
  })
    .description('the host of plugins against bare processes that do nothing else')
    .addOption(
      new Option('--mode <mode>', 'how the host runs plugins')
        .choices(benchModes)
        .default(benchModes[0]),
    )
    .action(async (options: BenchHostOptions) => {
      const { benchHost } = await import('./host/bench-host.ts')
      exit(await benchHost(options, signal))
    })
  return program
}

interface Benchmark {
  readonly defaultSeconds: number
  readonly exampleRows: string
  /** How long it takes. */
  readonly minutes: string
}

/** A command with the options that every benchmark takes. */
function addBenchmark(program: Command, name: string, benchmark: Benchmark): Command {
  const { defaultSeconds, exampleRows, minutes } = benchmark
  return program
    .command(name)
    .option('--json', 'print one line of JSON for each row')
    .option(
      '--quick',
      'a smoke test: short rounds on little data, without goals; says nothing about speed',
    )
    .option(
      '--seconds <n>',
      `length of a round (default: ${defaultSeconds}, with --quick less)`,
      parseSeconds,
    )
    .option('--only <name...>', `only these rows, or all whose names begin so: ${exampleRows}`)
    .option('--svg <path>', 'draw a chart, too')
    .addOption(new Option('--check', 'exit with 1 if a goal was not met').conflicts(['quick']))
    .addHelpText('after', helpText(minutes))
}

function helpText(minutes: string): string {
  return `
It takes ${minutes}; on a terminal it says meanwhile what it measures.
Ratios are ours divided by the other's. apps/bench/README.md explains the table.

Exit codes: 0 it ran; 1 it failed or, with --check, a goal was not met; 2 wrong input.`
}

/** pgbench takes whole seconds only. */
function parseSeconds(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) {
    throw new InvalidArgumentError('Give a whole number of seconds, from 1 to 999.')
  }
  return Number(text)
}
