import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rm } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import type { HostMode } from '@holdfast/host'
import { findRepository } from '../demo/repository.ts'
import { runStage, type Stage } from '../demo/stage.ts'
import { exitCodes } from '../error-outcomes.ts'
import { ExitError } from '../exit-error.ts'
import { writeTo } from '../write-to.ts'

export interface DemoOptions {
  readonly reset?: true
  readonly file?: string
  readonly mode: HostMode
  readonly stage?: Stage
}

/** Has one process store something in every sample plugin, and another one find it. */
export async function demo(options: DemoOptions, signal: AbortSignal): Promise<void> {
  const repository = findRepository()
  const file = options.file === undefined ? repository.store : resolve(options.file)
  if (options.stage !== undefined) {
    return runStage(options.stage, repository, file, options.mode, signal)
  }

  await mkdir(dirname(file), { recursive: true })
  if (options.reset === true) await removeStore(file)
  await runStageInItsOwnProcess('store', file, options.mode)
  await runStageInItsOwnProcess('recall', file, options.mode)
  // Where the command runs that is named here.
  const fromRoot = relative(repository.root, file)
  const store = fromRoot.startsWith('..') ? file : fromRoot
  await writeTo(
    process.stdout,
    `\nAll of it is in ${store}. Run the demo again and there is more; --reset forgets it.\nLook inside: npx -y pnpm@12 --silent holdfast data ls --store file:${store}\n`,
  )
}

/** With the files that SQLite keeps beside its own. */
async function removeStore(file: string): Promise<void> {
  for (const suffix of ['', '-wal', '-shm']) await rm(file + suffix, { force: true })
}

async function runStageInItsOwnProcess(stage: Stage, file: string, mode: HostMode): Promise<void> {
  const options = ['--stage', stage, '--file', file, '--mode', mode]
  const args = [...process.execArgv, binPath(), 'demo', ...options]
  const child = spawn(process.execPath, args, { stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  // What went wrong, the child has said.
  if (code !== exitCodes.success) throw new ExitError(code ?? exitCodes.failure)
}

/** The script that this process runs. */
function binPath(): string {
  return process.argv[1] ?? ''
}
