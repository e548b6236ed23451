import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { addBuildCommand } from './commands/build-command.ts'
import { addDataCommand } from './commands/data-command.ts'
import { addDemoCommand } from './commands/demo-command.ts'
import { addMigrateCommand } from './commands/migrate-command.ts'
import { addRunCommand } from './commands/run-command.ts'
import { addServeCommand } from './commands/serve-command.ts'
import { addToolsCommand } from './commands/tools-command.ts'

/** What `holdfast` understands. What a command does is loaded when it is called. */
export function createProgram(signal: AbortSignal): Command {
  const program = new Command('holdfast')
    .description('Runs plugins that keep their memory, and looks into what they stored.')
    .version(readVersion(), '--version', 'print the version')
    .option('--verbose', 'show stack traces and causes of errors')
    .helpOption('--help', 'explain this command')
    .configureHelp({ showGlobalOptions: true })
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .addHelpText('after', exitCodesHelp)
  addRunCommand(program, signal)
  addToolsCommand(program, signal)
  addBuildCommand(program)
  addDataCommand(program, signal)
  addServeCommand(program, signal)
  addMigrateCommand(program)
  addDemoCommand(program, signal)
  return program
}

const exitCodesHelp = `
Each command explains itself: holdfast run --help

Exit codes:
  0    done
  1    the call failed: the tool, its rules, a lost race, a quota
  2    wrong input: options, ids, keys, values, a manifest
  3    the store cannot be opened, read or written
  4    no such plugin, tool, endpoint or key
  130  interrupted by Ctrl-C; 143 by SIGTERM

An error is one paragraph on stderr, "holdfast: CODE: message"; docs/errors.md explains each code.
With --json it is one line of problem details (RFC 9457).`

function readVersion(): string {
  const file = new URL('../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
