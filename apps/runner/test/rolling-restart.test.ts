import { Databases, ThrowawayPostgres } from '@holdfast/test-postgres'
import { expect, test } from 'vitest'
import { run, type StartOptions } from './holdfast.ts'
import { callTool, serve, type Server } from './server.ts'

const processes = 8
const clients = 4
const refusals: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET'])

test(
  `${processes} servers of one database are replaced one after the other, and no request is lost`,
  { timeout: 180_000 },
  async ({ annotate, onTestFinished }) => {
    const ends: (() => Promise<void>)[] = []
    onTestFinished(async () => {
      for (const end of ends.toReversed()) await end()
    }, 60_000)
    const options: StartOptions = { atEnd: (end) => void ends.push(end) }
    const postgres = await ThrowawayPostgres.start()
    ends.push(() => postgres[Symbol.asyncDispose]())
    const databases = new Databases(postgres.url)
    ends.push(() => databases[Symbol.asyncDispose]())
    const store = await databases.create()

    // All of them find the database empty.
    // What is replaced is servers; plugins are within them.
    const args = ['--store', store, '--mode', 'inline']
    const startOne = (): Promise<Server> => serve(args, options)
    const servers = await Promise.all(Array.from({ length: processes }, startOne))
    const load = new Load(servers)
    const working = Promise.all(Array.from({ length: clients }, () => load.work()))
    for (let at = 0; at < processes; at++) {
      await Promise.race([load.next(clients), working])
      const [old, young] = [servers[at], await startOne()]
      old?.child.kill('SIGTERM')
      // Clients go on to try it until it has ended.
      expect(await old?.ended).toBe(0)
      servers[at] = young
    }
    load.stop()
    await working

    const { answered, elsewhere, failures } = load
    await annotate(
      `${processes} servers replaced: ${answered} requests answered, ${elsewhere} went to another server`,
    )
    expect(failures).toEqual([])
    expect(answered).toBeGreaterThan(processes * clients)
    const get = ['data', 'get', 'count', '--store-name', 'persistent_store', '--plugin', 'desk']
    const { stdout } = await run([...get, '--workspace', 'acme', '--store', store], options)
    expect(Number(stdout)).toBe(answered)
  },
)

/** Clients that count, each call by whichever server takes it. */
class Load {
  answered = 0
  /** How often a server did not take a request, and said so. */
  elsewhere = 0
  readonly failures: unknown[] = []
  readonly #servers: readonly Server[]
  #isStopped = false
  #waiting: { readonly at: number; readonly resolve: () => void } | null = null

  /** @param servers - those that serve now; whoever replaces one does so in the array */
  constructor(servers: readonly Server[]) {
    this.#servers = servers
  }

  stop(): void {
    this.#isStopped = true
  }

  /** Resolves after so many further answers. */
  next(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting = { at: this.answered + count, resolve }
    return promise
  }

  async work(): Promise<void> {
    for (let turn = 0; !this.#isStopped; turn++) {
      const server = this.#servers[turn % this.#servers.length]
      if (server === undefined) continue
      try {
        const isTaken = await this.#increment(server)
        if (!isTaken) this.elsewhere++
        else if (++this.answered === this.#waiting?.at) this.#waiting.resolve()
      } catch (error) {
        this.failures.push(error)
      }
    }
  }

  /** Returns whether the server took the request; what it took it has to answer whole. */
  async #increment(server: Server): Promise<boolean> {
    let response: Response
    try {
      response = await callTool(server, 'increment')
    } catch (error) {
      if (wasNotTaken(error)) return false
      throw error
    }
    const body = await response.text()
    if (response.status === 503 && body.includes('DRAINING')) return false
    const last: unknown = JSON.parse(body.trim().split('\n').at(-1) ?? '')
    if (response.status !== 200 || !isDone(last)) throw new Error(`${response.status}: ${body}`)
    return true
  }
}

/**
 * Nobody listened, or the connection ended before the server said anything: then the count in the end
 * shows that it had not begun with the request.
 */
function wasNotTaken(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null
  return cause instanceof Error && 'code' in cause && refusals.has(cause.code)
}

function isDone(line: unknown): boolean {
  return typeof line === 'object' && line !== null && 'type' in line && line.type !== 'error'
}
