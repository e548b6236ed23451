import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { createFileDriver } from '@holdfast/drivers-file'
import { afterAll, beforeAll, onTestFinished, vi } from 'vitest'

// Each call of the command is a process, and others may have the machine's cores.
vi.setConfig({ testTimeout: 60_000 })

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url))

/** The plugin in fixtures/desk. */
export const desk: string = fileURLToPath(new URL('fixtures/desk', import.meta.url))

/** How the command is started. */
export interface StartOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** When to end what still runs; after the test if nothing is said. */
  readonly atEnd?: (end: () => Promise<void>) => void
}

/** Sets up what the tests of a file or a block share, and ends it after the last of them. */
export function setUpOnce(setUp: (options: StartOptions) => Promise<void>): void {
  const ends: (() => Promise<void>)[] = []
  beforeAll(() => setUp({ atEnd: (end) => void ends.push(end) }))
  afterAll(async () => {
    for (const end of ends.toReversed()) await end()
  })
}

/** A running `holdfast`. */
export interface Running {
  readonly child: ChildProcess
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** Resolves with the exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>
}

/** Starts the command from its sources, and ends it with the test if it still runs then. */
export function start(args: readonly string[], options: StartOptions = {}): Running {
  const { cwd = tmpdir(), env = {}, atEnd = onTestFinished } = options
  // What it leaves there when it is killed goes with the test. Processes of plugins read it, too.
  const temporary = mkdtempSync(join(tmpdir(), 'holdfast-runner-'))
  chmodSync(temporary, 0o755)
  const child = spawn(process.execPath, ['--conditions=@holdfast/source', bin, ...args], {
    cwd,
    env: { ...own('PATH', 'NODE_COMPILE_CACHE', 'HOLDFAST_MODE'), TMPDIR: temporary, ...env },
    stdio: 'pipe',
  })
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  atEnd(async () => {
    child.kill('SIGKILL')
    await ended
    await rm(temporary, { recursive: true, force: true })
  })
  // What nobody reads any more is no fault of the test's.
  child.stdin.on('error', () => undefined)
  return { child, stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, ended }
}

/**
 * Variables of this process that have a value. HOLDFAST_MODE is where plugins run in a suite that is
 * not about that; it says so by `vi.stubEnv`.
 */
function own(...names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

/** What a command left behind. */
export interface Outcome {
  readonly code: number | string
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command to its end. */
export async function run(
  args: readonly string[],
  options: StartOptions & { readonly input?: string | Uint8Array } = {},
): Promise<Outcome> {
  const { stdin, stdout, stderr, ended } = start(args, options)
  stdin.end(options.input)
  const [code, out, err] = await Promise.all([ended, text(stdout), text(stderr)])
  return { code, stdout: out, stderr: err }
}

/** Makes a folder and removes it after the test. */
export async function makeFolder({ atEnd = onTestFinished }: StartOptions = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-runner-'))
  // Where this is root, plugins in it are read by other users.
  await chmod(folder, 0o755)
  atEnd(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** The URL of a store, not made yet, in a folder that is removed after the test. */
export async function makeStore(options: StartOptions = {}): Promise<string> {
  return `file:${join(await makeFolder(options), 'store.db')}`
}

/** What a store holds: how many entries by scope. */
export async function usageOf(store: string): Promise<Readonly<Record<string, number>>> {
  await using driver = createFileDriver({ path: store.replace(/^file:/, '') })
  await driver.open()
  const query = { workspace: null, plugin: null, cursor: null, limit: 100 }
  const { scopes } = await driver.scopes(query)
  return Object.fromEntries(
    scopes.map(({ scope, usage }) => [
      `${scope.workspace}/${scope.plugin}/${scope.store}`,
      usage.entries,
    ]),
  )
}
