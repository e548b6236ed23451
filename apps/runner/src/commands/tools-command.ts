import type { Command } from 'commander'
import { grantsOption, modeOption } from './common-options.ts'
import type { ToolsOptions } from './tools.ts'

export function addToolsCommand(program: Command, signal: AbortSignal): void {
  program
    .command('tools')
    .description('List the tools of a plugin with their parameters, and its endpoints.')
    .argument('<plugin-dir>', "the folder with the plugin's package.json")
    .addOption(grantsOption())
    .addOption(modeOption())
    .option('--json', 'print one JSON object, with the JSON Schema of the parameters')
    .addHelpText('after', examples)
    .action(async (directory: string, options: ToolsOptions) => {
      const { showTools } = await import('./tools.ts')
      await showTools(directory, options, signal)
    })
}

const examples = `
Examples:
  holdfast tools ./notes
  holdfast tools ./notes --json | jq '.tools[].name'`
