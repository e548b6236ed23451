import { type Command, Option } from 'commander'
import { stages } from '../demo/stage.ts'
import { modeOption } from './common-options.ts'
import type { DemoOptions } from './demo.ts'

export function addDemoCommand(program: Command, signal: AbortSignal): void {
  program
    .command('demo')
    .description('Run every sample plugin, and see in a second process what the first has stored.')
    .option('--reset', 'forget what earlier runs have stored')
    .option('--file <file>', 'keep what is stored in another file')
    .addOption(modeOption())
    .addOption(new Option('--stage <stage>').choices(stages).hideHelp())
    .addHelpText('after', help)
    .action(async (options: DemoOptions) => {
      const { demo } = await import('./demo.ts')
      await demo(options, signal)
    })
}

const help = `
It needs the repository, whose plugins it runs and whose files they work on, and keeps what they
store in .holdfast/demo.db there. Run it again, and there is more.`
