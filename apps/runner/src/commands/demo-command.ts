import type { Command } from 'commander'

export function addDemoCommand(program: Command, _signal: AbortSignal): void {
  program.command('demo')
}
