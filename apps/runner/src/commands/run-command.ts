import type { Command } from 'commander'
import {
  defaultWorkspace,
  grantsOption,
  modeOption,
  noMigrateOption,
  storeOption,
} from './common-options.ts'
import type { RunOptions } from './run.ts'

export function addRunCommand(program: Command, signal: AbortSignal): void {
  program
    .command('run')
    .description('Run a tool of a plugin and show its messages as they come.')
    .argument('<plugin-dir>', "the folder with the plugin's package.json")
    .argument('<tool>', 'a tool of the plugin; "holdfast tools" lists them')
    .option(
      '--input <json>',
      'the parameters: JSON, or @FILE to read them from a file, or - from stdin',
      '{}',
    )
    .option('--workspace <id>', 'the tenant whose data the tool sees', defaultWorkspace)
    .addOption(storeOption())
    .addOption(noMigrateOption())
    .addOption(grantsOption())
    .addOption(modeOption())
    .option('--output-dir <dir>', 'where to write the files that the tool gives')
    .option(
      '--json',
      'print each message as one line of JSON, files in base64, or with --output-dir by their path',
    )
    .addHelpText('after', examples)
    .action(async (directory: string, tool: string, options: RunOptions) => {
      const { run } = await import('./run.ts')
      await run(directory, tool, options, signal)
    })
}

const examples = `
Text, JSON and links go to stdout; progress and log to stderr. Ctrl-C aborts the tool.

Examples:
  holdfast run ./notes remember --input '{ "name": "milk", "text": "two bottles" }'
  holdfast run ./notes recall --input @parameters.json --workspace acme
  echo '{ "path": "cat.png" }' | holdfast run ./files download --input - --output-dir .
  holdfast run ./notes recall --json | jq -r 'select(.type == "text").text'`
