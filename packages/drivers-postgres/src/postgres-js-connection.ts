import { once } from 'node:events'
import { connect as connectSocket, type Socket } from 'node:net'
import postgres, { type Options, type ParsedOptions, type Sql } from 'postgres'
import { toLoginFailure } from './login-failure.ts'
import { PostgresFailure } from './map-postgres-error.ts'
import type { Row } from './sql-connection.ts'

/** Where a server listens: a name or address, or the folder of a Unix socket. */
export interface ServerAddress {
  readonly host: string
  readonly port: number
}

/** How a {@link PostgresJsConnection} comes about, and for how long it waits. */
export interface ConnectionOptions {
  readonly client: ParsedOptions
  readonly address: ServerAddress
  readonly connectTimeoutMs: number
  /** After so long without an answer the connection is taken for lost. */
  readonly answerTimeoutMs: number
}

/** What the rows of an answer came with: `COMMIT`, `ROLLBACK`, `SELECT`. */
export interface Answer {
  readonly command: string
  /** The server process, as the connection was told at its beginning. */
  readonly pid: number | null
  readonly rows: readonly Row[]
}

/** For how long a server may take to hear of the end of a connection. */
const farewellSeconds = 1

/** What a server answers that has TLS. */
const tlsOffered = 'S'

/**
 * One connection by way of postgres.js, from its first query to its end. A client that loses its
 * connection makes another, and then may lose queries, or take what the new one says for the answer to
 * a query of the old. So this client has one connection in its life, and whatever was on its way when
 * that ended is rejected here.
 */
export class PostgresJsConnection {
  readonly #client: Sql
  readonly #options: ConnectionOptions
  readonly #pending = new Set<(error: unknown) => void>()
  #socket: Socket | undefined
  #isLoggedIn = false
  #failure: Error | undefined
  #watchdog: NodeJS.Timeout | undefined

  constructor(options: ConnectionOptions) {
    this.#options = options
    const { client, address } = options
    const own = {
      ...client,
      max: 1,
      host: [address.host],
      port: [address.port],
      // The pool times them, for this client would connect again.
      idle_timeout: null,
      max_lifetime: null,
      target_session_attrs: null,
      connect_timeout: options.connectTimeoutMs / 1_000,
      shared: { retries: 0, typeArrayMap: {} },
      socket: () => this.#connect(),
      onclose: () => this.destroy(),
      // The first that a server says after it has let somebody in.
      onparameter: () => {
        this.#isLoggedIn = true
      },
    }
    // A client takes the parsed options of another as they are; its types know only unparsed ones.
    this.#client = postgres(own as unknown as Options<Record<string, never>>)
  }

  /** Whether it can be used; one that has ended never can again. */
  get isAlive(): boolean {
    return this.#failure === undefined
  }

  /** Whether something is on its way. */
  get isBusy(): boolean {
    return this.#pending.size > 0
  }

  /** Sends a statement behind those that are on their way. */
  async send(text: string, parameters: unknown[], prepare: boolean): Promise<Answer> {
    if (this.#failure !== undefined) throw this.#failure
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const fail = (error: unknown): void => {
      reject(this.#isLoggedIn ? error : toLoginFailure(error, this.#options))
    }
    this.#pending.add(fail)
    this.#watch()
    const query = this.#client.unsafe(text, parameters as never[], { prepare })
    query.then((rows) => {
      resolve({ command: rows.command, pid: rows.state.pid, rows: rows as readonly Row[] })
    }, fail)
    try {
      return await promise
    } finally {
      this.#pending.delete(fail)
      this.#watch()
    }
  }

  /** Says farewell, and ends. */
  async end(): Promise<void> {
    await this.#client.end({ timeout: farewellSeconds })
    this.destroy()
  }

  /** Ends it at once, whatever is on its way. */
  destroy(failure: Error = new PostgresFailure('CONNECTION_CLOSED')): void {
    if (this.#failure !== undefined) return
    this.#failure = failure
    clearTimeout(this.#watchdog)
    this.#socket?.destroy()
    void this.#client.end({ timeout: 0 })
    // The client tells first what it knows of the end, and may have forgotten some.
    setImmediate(() => {
      for (const reject of this.#pending) reject(failure)
    })
  }

  get #mustEncrypt(): boolean {
    const { ssl } = this.#options.client
    return ssl !== false && ssl !== 'prefer'
  }

  async #connect(): Promise<Socket> {
    if (this.#failure !== undefined || this.#socket !== undefined) {
      // It was hung up on before it was greeted, and the client would try for ever.
      this.destroy()
      throw new PostgresFailure('CONNECTION_CLOSED')
    }
    const { address, connectTimeoutMs } = this.#options
    const { host, port } = address
    const path = { path: `${host}/.s.PGSQL.${port}` }
    const socket = connectSocket(host.startsWith('/') ? path : { host, port, noDelay: true })
    this.#socket = socket
    const timeout = AbortSignal.timeout(connectTimeoutMs)
    try {
      await once(socket, 'connect', { signal: timeout })
    } catch (error) {
      const failure = timeout.aborted ? new PostgresFailure('CONNECT_TIMEOUT') : (error as Error)
      this.destroy(failure)
      throw failure
    }
    if (this.#mustEncrypt) {
      // The client would go on to greet a server that has no TLS, which then only hangs up.
      socket.once('data', (answer: Buffer) => {
        if (answer.toString('latin1', 0, 1) === tlsOffered) return
        const failure = new PostgresFailure('TLS_NOT_OFFERED')
        for (const reject of this.#pending) reject(failure)
        this.destroy(failure)
      })
    }
    // For TLS, the client looks here for the name that the certificate is to have.
    return Object.assign(socket, { host })
  }

  /** Ends the connection when the server has not answered for long. */
  #watch(): void {
    if (this.#watchdog !== undefined) {
      this.#watchdog.refresh()
      return
    }
    this.#watchdog = setTimeout(() => {
      this.#watchdog = undefined
      if (this.isBusy) this.destroy(new PostgresFailure('ETIMEDOUT'))
    }, this.#options.answerTimeoutMs).unref()
  }
}
