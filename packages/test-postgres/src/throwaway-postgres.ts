import { type ChildProcess, execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'
import { embeddedPrograms } from './postgres-programs.ts'
import { allGone, signalAll, withChildren } from './server-processes.ts'
import { makeServerFolder, serverUser } from './server-user.ts'
import { endProgram, isRunning, startProgram } from './start-program.ts'

const execute = promisify(execFile)

/** The superuser of the servers. */
const user = 'postgres'
const defaultPassword = 'postgres'

/** For how long a server may be kept from starting by what is left of the one before. */
const longestRestartMs = 20_000

export interface ThrowawayPostgresOptions {
  /** The folder of its programs. Default {@link embeddedPrograms}. */
  readonly programs?: string
  /** Settings of the server by name, such as `{ fsync: 'off' }`. */
  readonly settings?: Readonly<Record<string, string>>
  /** Of its superuser. Default `postgres`. */
  readonly password?: string
}

/** Settings of a server that need not outlive a loss of power, which it is faster with. */
export const forgetful: Readonly<Record<string, string>> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
}

/** What is settled before a server is started, and is the same when it is started again. */
interface Launch {
  readonly programs: string
  readonly settings: Readonly<Record<string, string>>
  readonly password: string
  readonly folder: string
  readonly port: number
}

/**
 * A real PostgreSQL, on a free port of 127.0.0.1, with its data in a temporary folder. It may be
 * killed, frozen and started again, on the same port and the same data.
 */
export class ThrowawayPostgres implements AsyncDisposable {
  /** Of its database `postgres`, for its superuser. */
  readonly url: string
  readonly #launch: Launch
  #postmaster: ChildProcess

  private constructor(launch: Launch, postmaster: ChildProcess) {
    this.url = `postgres://${user}:${launch.password}@127.0.0.1:${launch.port}/postgres`
    this.#launch = launch
    this.#postmaster = postmaster
  }

  /** Makes an empty server. Resolves when it takes connections. */
  static async start(options: ThrowawayPostgresOptions = {}): Promise<ThrowawayPostgres> {
    const launch = await prepare(options)
    try {
      await initialise(launch)
      return new ThrowawayPostgres(launch, await startPostmaster(launch))
    } catch (error) {
      await remove(launch)
      throw error
    }
  }

  /**
   * Makes a standby of a server, which its settings may name `standby` in `synchronous_standby_names`.
   * Resolves when it takes connections. It needs programs of the system, which have `pg_basebackup`.
   */
  static async startStandby(
    primary: ThrowawayPostgres,
    options: ThrowawayPostgresOptions = {},
  ): Promise<ThrowawayPostgres> {
    const { programs, password, port } = primary.#launch
    const source = `host=127.0.0.1 port=${port} user=${user} password=${password}`
    const settings = {
      ...options.settings,
      primary_conninfo: `${source} application_name=standby`,
    }
    const launch = await prepare({ programs, password, settings })
    try {
      const target = ['-D', join(launch.folder, 'data'), '--write-recovery-conf', '--no-sync']
      const program = join(programs, 'pg_basebackup')
      const args = ['-d', source, ...target, '--checkpoint=fast']
      await execute(program, args, { ...serverUser(), cwd: launch.folder })
      return new ThrowawayPostgres(launch, await startPostmaster(launch))
    } catch (error) {
      await remove(launch)
      throw error
    }
  }

  /** Makes a primary of a standby. Resolves when it takes writes. */
  async promote(): Promise<void> {
    const { programs, folder } = this.#launch
    const args = ['promote', '-D', join(folder, 'data'), '--wait']
    await execute(join(programs, 'pg_ctl'), args, { ...serverUser(), cwd: folder })
  }

  /** Kills the postmaster with SIGKILL. Resolves when no process of the server is left. */
  async kill(): Promise<void> {
    // So that it starts no other process while they are counted.
    this.#postmaster.kill('SIGSTOP')
    // Those that it leaves behind end by themselves when they see that it is gone.
    const processes = this.#processes()
    this.#postmaster.kill('SIGKILL')
    await allGone(processes)
    // A server refuses to start where the process that the file names is running, and by now that may
    // be another's.
    await rm(join(this.#launch.folder, 'data', 'postmaster.pid'), { force: true })
  }

  /** Starts it again after a kill. Resolves when it takes connections. */
  async restart(): Promise<void> {
    const until = performance.now() + longestRestartMs
    for (;;) {
      try {
        this.#postmaster = await startPostmaster(this.#launch)
        return
      } catch (error) {
        // A process of before may have been born in the moment of the kill, and be about to end.
        const mayPass = String(error).includes('still in use') && performance.now() < until
        if (!mayPass) throw error
      }
    }
  }

  /** Stops all its processes where they are: connections stay, and nothing answers. */
  freeze(): void {
    signalAll(this.#processes(), 'SIGSTOP')
  }

  /** Lets them go on. */
  thaw(): void {
    signalAll(this.#processes(), 'SIGCONT')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // None of its processes ends while it is frozen.
    this.thaw()
    await endProgram(this.#postmaster, 'SIGQUIT')
    await remove(this.#launch)
  }

  #processes(): readonly number[] {
    const { pid } = this.#postmaster
    return pid === undefined || !isRunning(this.#postmaster) ? [] : withChildren(pid)
  }
}

async function prepare({
  programs = embeddedPrograms(),
  settings = {},
  password = defaultPassword,
}: ThrowawayPostgresOptions): Promise<Launch> {
  const folder = await makeServerFolder('holdfast-postgres-')
  return { programs, settings, password, folder, port: await freePort() }
}

function remove({ folder }: Launch): Promise<void> {
  return rm(folder, { recursive: true, force: true })
}

async function initialise({ programs, password, folder }: Launch): Promise<void> {
  const passwordFile = join(folder, 'password')
  await writeFile(passwordFile, password)
  const place = ['--pgdata', join(folder, 'data'), '--encoding', 'UTF8', '--locale', 'C']
  // Of the ways to authenticate it is the one that costs each connection nothing.
  const access = ['--username', user, '--pwfile', passwordFile, '--auth', 'password']
  const program = join(programs, 'initdb')
  await execute(program, [...place, ...access, '--no-sync'], { ...serverUser(), cwd: folder })
}

function startPostmaster(launch: Launch): Promise<ChildProcess> {
  const { programs, folder, port } = launch
  const place = ['-D', join(folder, 'data'), '-k', folder, '-p', String(port)]
  const settings = Object.entries({ max_connections: '200', ...launch.settings })
  const flags = settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return startProgram({
    path: join(programs, 'postgres'),
    args: [...place, ...flags],
    folder,
    ready: /ready to accept (?:read-only )?connections/,
  })
}
