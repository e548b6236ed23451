import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url))

/** A benchmark that runs. */
export interface Running {
  readonly child: ChildProcess
  /** A folder of the test's own. */
  readonly folder: string
  /** Resolves when it has ended. */
  readonly ended: Promise<Ended>
}

export interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  /** What is left of its temporary files. */
  readonly leftovers: readonly string[]
}

/** Starts the command from its sources, and ends it with the test if it still runs then. */
export async function start(toArgs: (folder: string) => readonly string[]): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'))
  const temporary = await mkdtemp(join(folder, 'temporary-'))
  // The server, which has its files there, may run as another user.
  for (const path of [folder, temporary]) await chmod(path, 0o755)
  const child = spawn(process.execPath, ['--conditions=@holdfast/source', bin, ...toArgs(folder)], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = (async (): Promise<Ended> => {
    const output = Promise.all([text(child.stdout), text(child.stderr)])
    const [exitCode] = (await once(child, 'close')) as [number | null]
    const [stdout, stderr] = await output
    return { exitCode, stdout, stderr, leftovers: await readdir(temporary) }
  })()
  onTestFinished(async () => {
    child.kill()
    await ended
    await rm(folder, { recursive: true })
  })
  return { child, folder, ended }
}
