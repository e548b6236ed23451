import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TemporaryFolder, temporaryFolder } from '../linearizability/temporary-folder.ts'

const bin = join(import.meta.dirname, '../../src/cli/bin.ts')

/** Where the modules are that the command is given. */
const fixtures = join(import.meta.dirname, 'fixtures')

/** The command on its way, with a folder of its own for temporary files. */
export interface RunningCommand extends AsyncDisposable {
  readonly child: ChildProcess
  /** What is left in its folder for temporary files. */
  readonly leftovers: () => readonly string[]
  /** A folder to work in. */
  readonly folder: TemporaryFolder
  readonly ended: Promise<CommandEnd>
}

/** How the command ended. */
export interface CommandEnd {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** How the command is started. */
export interface CommandOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Starts the command. What it writes to temporary files is removed with it. */
export async function startCommand(
  args: readonly string[],
  { cwd = fixtures, env = {} }: CommandOptions = {},
): Promise<RunningCommand> {
  const folder = await temporaryFolder()
  const temporary = join(folder.path, 'tmp')
  mkdirSync(temporary)
  const child = spawn(process.execPath, ['--conditions=@holdfast/source', bin, ...args], {
    cwd,
    env: { ...process.env, NO_COLOR: '1', TMPDIR: temporary, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = follow(child)
  return {
    child,
    folder,
    leftovers: () => readdirSync(temporary),
    ended,
    async [Symbol.asyncDispose]() {
      child.kill()
      await ended
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** Runs the command to its end. */
export async function runCommand(
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandEnd & { readonly leftovers: readonly string[] }> {
  await using command = await startCommand(args, options)
  const end = await command.ended
  return { ...end, leftovers: command.leftovers() }
}

async function follow(child: ChildProcess): Promise<CommandEnd> {
  const printed = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => (printed[name] += text))
  }
  const [exitCode] = (await once(child, 'close')) as [number | null]
  return { exitCode, ...printed }
}
