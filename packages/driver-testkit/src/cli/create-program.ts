import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Command, InvalidArgumentError, Option } from 'commander'
import { moduleHelp } from './load-test-subject.ts'
import type { Selection } from './select-cases.ts'
import type { CaseSettings } from './test-part.ts'

/** What the command was asked to do. */
export interface CommandRequest extends Selection, CaseSettings {
  readonly module: string
  readonly seed: number
  readonly json: boolean
  /** File for JUnit XML; `null` for none. */
  readonly junit: string | null
}

/** What `driver-testkit` understands. Hands what it was asked to `run`. */
export function createProgram(run: (request: CommandRequest) => Promise<void>): Command {
  return new Command('driver-testkit')
    .description(
      'Holds a storage driver to the storage contract of Holdfast: runs every check that concerns it, and reports which promises it keeps and which it breaks.',
    )
    .argument('<module>', 'path (./my-driver.ts) or package of a driver')
    .option('--only <checks>', 'these alone: ids or groups, with commas between', collect)
    .option('--skip <checks>', 'all but these', collect)
    .option(
      '--seed <number>',
      'from which all choices follow; chosen and printed if left out',
      parseSeed,
    )
    .addOption(new Option('--quick', 'seconds: few kills, short histories').conflicts('full'))
    .option('--full', 'many minutes: all there is')
    .option(
      '--commands <number>',
      'how many commands the model check runs; by the effort if left out',
      parseCommands,
    )
    .option(
      '--timeout <seconds>',
      'the longest that one check of a section may take',
      parseSeconds,
      30,
    )
    .option('--json', 'the report as JSON on stdout')
    .option('--junit <file>', 'also write the report as JUnit XML')
    .version(readVersion(), '--version', 'print the version')
    .helpOption('--help', 'explain this command')
    .addHelpText('after', help)
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .action((module: string, options: ParsedOptions) => run(toRequest(module, options)))
}

interface ParsedOptions {
  readonly only?: readonly string[]
  readonly skip?: readonly string[]
  readonly seed?: number
  readonly quick?: true
  readonly full?: true
  readonly commands?: number
  readonly timeout: number
  readonly json?: true
  readonly junit?: string
}

function toRequest(module: string, options: ParsedOptions): CommandRequest {
  const {
    only = [],
    skip = [],
    seed = randomInt(2 ** 31),
    quick,
    full,
    commands,
    json = false,
    junit = null,
  } = options
  const checkTimeoutMs = options.timeout * 1_000
  const effort = quick ? 'quick' : full ? 'full' : 'usual'
  return { module, only, skip, seed, effort, commands, checkTimeoutMs, json, junit }
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...value.split(',').map((name) => name.trim())]
}

function parseSeed(text: string): number {
  const seed = Number(text)
  if (/^\d+$/.test(text) && seed < 2 ** 32) return seed
  throw new InvalidArgumentError('It is a whole number from 0 to 4294967295.')
}

function parseCommands(text: string): number {
  const commands = Number(text)
  if (/^\d+$/.test(text) && commands > 0 && commands <= 10_000_000) return commands
  throw new InvalidArgumentError('It is a whole number from 1 to 10000000.')
}

function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (seconds > 0 && seconds <= 3_600) return seconds
  throw new InvalidArgumentError('It is a number of seconds, more than 0 and at most 3600.')
}

function readVersion(): string {
  const file = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

const help = `
What is run, and on which drivers:
  conformance      the checks of each section of docs/storage-contract.md: keys, values, list, …
  model            commands chosen at random, compared with a model of the contract
  linearizability  clients at once in one process; in several, where the store is shared
  crash            kill -9 amid writes, where durability is not none

${moduleHelp}

Examples:
  driver-testkit ./my-driver.ts
  driver-testkit ./my-driver.ts --only list,paging.shared
  driver-testkit ./my-driver.ts --only crash --seed 7 --full
  driver-testkit my-driver --quick --junit reports/driver.xml

Exit codes:
  0    every promise that was tried is kept
  1    a promise is broken
  2    wrong input: options, or a module that is none or has another shape
  130  interrupted by Ctrl-C; 143 by SIGTERM

Progress goes to stderr, the report to stdout.`
