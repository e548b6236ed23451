import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { freePort } from './free-port.ts'
import { makeServerFolder } from './server-user.ts'
import { endProgram, startProgram } from './start-program.ts'

/** Where the system has PgBouncer; `null` if it has none. */
export function findPgBouncer(): string | null {
  // It is no command for users, and not in the path of all of them.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
  const paths = folders.map((folder) => join(folder, 'pgbouncer'))
  return paths.find((path) => existsSync(path)) ?? null
}

/** A PgBouncer of the system in transaction mode, before a server, on a free port of 127.0.0.1. */
export class PgBouncer implements AsyncDisposable {
  readonly #process: ChildProcess
  readonly #folder: string
  readonly #port: number

  private constructor(process: ChildProcess, folder: string, port: number) {
    this.#process = process
    this.#folder = folder
    this.#port = port
  }

  /**
   * Starts it. Resolves when it takes connections.
   *
   * @param program - as {@link findPgBouncer} found it
   * @param url - of any database of the server
   */
  static async start(program: string, url: string): Promise<PgBouncer> {
    const folder = await makeServerFolder('holdfast-pgbouncer-')
    try {
      const port = await freePort()
      const { username, password, hostname, port: serverPort } = new URL(url)
      await writeFile(join(folder, 'users'), `"${username}" "${password}"\n`)
      const settings = {
        listen_addr: '127.0.0.1',
        listen_port: port,
        unix_socket_dir: '',
        auth_type: 'plain',
        auth_file: join(folder, 'users'),
        pool_mode: 'transaction',
        max_client_conn: 1_000,
        default_pool_size: 20,
      }
      const lines = [
        '[databases]',
        `* = host=${hostname} port=${serverPort}`,
        '[pgbouncer]',
        ...Object.entries(settings).map(([name, value]) => `${name} = ${value}`),
      ]
      const file = join(folder, 'pgbouncer.ini')
      await writeFile(file, lines.join('\n'))
      const ready = /process up/
      return new PgBouncer(
        await startProgram({ path: program, args: [file], folder, ready }),
        folder,
        port,
      )
    } catch (error) {
      await rm(folder, { recursive: true, force: true })
      throw error
    }
  }

  /** The URL of a database of the server, by way of the pooler. */
  through(url: string): string {
    const through = new URL(url)
    through.port = String(this.#port)
    return through.href
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endProgram(this.#process, 'SIGTERM')
    await rm(this.#folder, { recursive: true, force: true })
  }
}
