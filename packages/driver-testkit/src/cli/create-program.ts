import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { HoldfastError } from '@holdfast/core'
import { Command, InvalidArgumentError, Option } from 'commander'
import { moduleHelp } from './load-test-subject.ts'
import type { RunnerPlan } from './runner-message.ts'
import type { Selection } from './select-cases.ts'
import type { CaseSettings, Effort } from './test-part.ts'

/** What the command was asked to do. */
export interface CommandRequest
  extends Selection, CaseSettings, Pick<RunnerPlan, 'importTimeoutMs'> {
  readonly module: string
  readonly seed: number
  /** The longest that a check, a command of the model or the import may take, in seconds, if that was said. */
  readonly timeout?: number | undefined
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
      '--path <path>',
      'of a failure of the model check: runs its commands alone, with its seed',
      parsePath,
    )
    .option(
      '--timeout <seconds>',
      'the longest that the import, a check of a section or a command of the model may take; 30, 30 and 10 if left out',
      parseSeconds,
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
  readonly path?: string
  readonly timeout?: number
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
    path,
    timeout,
    json = false,
    junit = null,
  } = options
  if (path !== undefined) checkReplay(options)
  const timeoutMs = timeout === undefined ? undefined : timeout * 1_000
  const limits = {
    checkTimeoutMs: timeoutMs,
    commandTimeoutMs: timeoutMs,
    importTimeoutMs: timeoutMs,
  }
  const effort: Effort = quick ? 'quick' : full ? 'full' : 'usual'
  const settings = { seed, effort, commands, path, timeout, ...limits }
  return { module, only, skip, ...settings, json, junit }
}

/** A path means something for the model check alone, and with the seed that it was printed with. */
function checkReplay({ only = [], seed }: ParsedOptions): void {
  const isModel = only.length === 1 && /^model(\.commands)?$/.test(only[0] ?? '')
  if (isModel && seed !== undefined) return
  throw new HoldfastError('USAGE', '--path needs --only model and the --seed that it goes with.')
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

function parsePath(path: string): string {
  if (/^\d{1,7}(:\d{1,7})*$/.test(path)) return path
  throw new InvalidArgumentError('It is numbers with colons between, as a report has them.')
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
  1    a promise is broken, or something did not come to its end
  2    wrong input: options, or a module that is none or has another shape
  130  interrupted by Ctrl-C; 143 by SIGTERM

Progress goes to stderr, the report to stdout.`
