import { HoldfastError } from '@holdfast/core'
import type { ParsedOptions } from 'postgres'
import { ConnectionPool, type PoolOptions } from './connection-pool.ts'
import { joinLoginFailures, takesNoWrites } from './login-failure.ts'
import { codeOf, PostgresFailure } from './map-postgres-error.ts'
import { type Answer, PostgresJsConnection, type ServerAddress } from './postgres-js-connection.ts'
import { hasLostItsWay } from './retrying.ts'
import type { Lease, Row, SqlConnection, SqlDatabase, StatementValues } from './sql-connection.ts'
import type { Statement } from './statement.ts'

/** How a {@link PooledDatabase} reaches its server. */
export interface PooledDatabaseOptions extends Omit<PoolOptions<unknown>, 'open'> {
  /** Who to be, in what database, with what encryption. */
  readonly client: ParsedOptions
  /** Where to look for the server that takes writes, in this order. */
  readonly addresses: readonly ServerAddress[]
  /**
   * Whether statements are prepared by name, and kept so for as long as a connection lives. `null`
   * for not where a pooler stands between, which may not know the names.
   */
  readonly prepare: boolean | null
  readonly connectTimeoutMs: number
  /** After so long without an answer a connection is taken for lost. */
  readonly answerTimeoutMs: number
}

const readOnlyTransaction = '25006'

const rolledBack = '40000'

type Use<Result> = (connection: PostgresJsConnection) => Promise<Result>

/** A database by way of postgres.js, with connections of its own. */
export class PooledDatabase implements SqlDatabase {
  readonly #options: PooledDatabaseOptions
  readonly #pool: ConnectionPool<PostgresJsConnection>
  readonly #inFlight = new Set<Promise<unknown>>()
  #prepare: boolean
  #isProtected: boolean | undefined
  /** The server that was found last. */
  #address = 0

  constructor(options: PooledDatabaseOptions) {
    this.#options = options
    this.#prepare = options.prepare ?? false
    this.#pool = new ConnectionPool({ ...options, open: () => this.#open() })
  }

  run(
    { text, fill }: Statement,
    values: StatementValues,
    signal?: AbortSignal,
  ): Promise<readonly Row[]> {
    return this.#lend(async (connection) => {
      const { rows } = await connection.send(text, fill(values), this.#prepare)
      return rows
    }, signal)
  }

  transaction<Result>(
    body: (connection: SqlConnection) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    return this.#lend((connection) => this.#transact(connection, 'BEGIN', body), signal)
  }

  snapshot<Result>(
    body: (connection: SqlConnection) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    const begin = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'
    return this.#lend((connection) => this.#transact(connection, begin, body), signal)
  }

  /** Refuses connections from now on to which policies of row-level security apply, if none did. */
  expectProtection(isProtected: boolean): void {
    this.#isProtected = isProtected
  }

  async lend(signal?: AbortSignal): Promise<Lease> {
    const pool = this.#pool
    const connection = await pool.acquire(signal)
    const given = new Set<Promise<unknown>>()
    const released = Promise.withResolvers<void>()
    let isReleased = false
    void this.#track(released.promise)
    const send = async ({ text, fill }: Statement, values: StatementValues): Promise<Answer> => {
      try {
        return await connection.send(text, fill(values), this.#prepare)
      } catch (error) {
        throw this.#learnFrom(error, connection)
      }
    }
    return {
      get isWanted() {
        return pool.isWanted
      },
      run: async (statement, values) => {
        // It may be somebody else's by now.
        if (isReleased) throw new PostgresFailure('CONNECTION_CLOSED')
        const answer = send(statement, values)
        given.add(answer)
        const { rows } = await answer.finally(() => given.delete(answer))
        return rows
      },
      release: () => {
        isReleased = true
        void Promise.allSettled(given).then(() => {
          pool.release(connection)
          released.resolve()
        })
      },
    }
  }

  /** Ends the connections that nobody uses; when they are needed, others are opened. */
  endIdle(): Promise<void> {
    return this.#pool.endIdle()
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#inFlight)
    await this.#pool.close(new PostgresFailure('CONNECTION_ENDED'))
  }

  #lend<Result>(use: Use<Result>, signal: AbortSignal | undefined): Promise<Result> {
    return this.#track(this.#use(use, signal))
  }

  #track<Result>(call: Promise<Result>): Promise<Result> {
    this.#inFlight.add(call)
    const forget = (): boolean => this.#inFlight.delete(call)
    call.then(forget, forget)
    return call
  }

  async #use<Result>(use: Use<Result>, signal: AbortSignal | undefined): Promise<Result> {
    const connection = await this.#pool.acquire(signal)
    try {
      return await use(connection)
    } catch (error) {
      throw this.#learnFrom(error, connection)
    } finally {
      this.#pool.release(connection)
    }
  }

  /** Returns the error to throw. */
  #learnFrom(error: unknown, connection: PostgresJsConnection): unknown {
    if (codeOf(error) !== readOnlyTransaction || this.#options.addresses.length === 1) return error
    // It was the primary once, and another is by now.
    connection.destroy()
    return new PostgresFailure('CONNECTION_CLOSED')
  }

  async #transact<Result>(
    connection: PostgresJsConnection,
    begin: string,
    body: (connection: SqlConnection) => Promise<Result>,
  ): Promise<Result> {
    const given: Promise<unknown>[] = []
    const send = (text: string, parameters: unknown[], prepare: boolean): Promise<Answer> => {
      const answer = connection.send(text, parameters, prepare)
      // It is waited for in the end; until then its failure is not unhandled.
      answer.catch(() => undefined)
      given.push(answer)
      return answer
    }
    let isOver = false
    const run: SqlConnection['run'] = ({ text, fill }, values) => {
      if (isOver) return Promise.reject(new PostgresFailure('CONNECTION_CLOSED'))
      const rows = send(text, fill(values), this.#prepare).then((answer) => answer.rows)
      rows.catch(() => undefined)
      return rows
    }
    void send(begin, [], false)
    let result: Result
    try {
      result = await body({ run })
    } catch (error) {
      isOver = true
      await connection.send('ROLLBACK', [], false).catch(() => connection.destroy())
      throw error
    }
    isOver = true
    const end = send('COMMIT', [], false)
    await Promise.allSettled(given)
    // The first failure is the reason for all that come after it.
    for (const answer of given) await answer
    if ((await end).command !== 'COMMIT') throw new PostgresFailure(rolledBack)
    return result
  }

  /** Connects to the first server that takes writes; to a lone one whatever it takes. */
  async #open(): Promise<PostgresJsConnection> {
    const { addresses } = this.#options
    const failures: unknown[] = []
    for (let at = 0; at < addresses.length; at++) {
      const place = (this.#address + at) % addresses.length
      const address = addresses[place]
      if (address === undefined) continue
      const connection = new PostgresJsConnection({ ...this.#options, address })
      try {
        const { isReadOnly, isDirect, isProtected } = await greet(connection)
        if (isReadOnly && addresses.length > 1) throw takesNoWrites(address)
        if (isProtected && this.#isProtected === false) throw protectedSince()
        this.#address = place
        this.#prepare = this.#options.prepare ?? isDirect
        return connection
      } catch (error) {
        failures.push(error)
        connection.destroy()
      }
    }
    // A wrong password tells more than a server that is down.
    throw failures.find((error) => !hasLostItsWay(error)) ?? joinLoginFailures(failures)
  }
}

/** Who is at the other end of a connection. */
interface Peer {
  readonly isReadOnly: boolean
  /** Whether it is the server itself, and no pooler. */
  readonly isDirect: boolean
  /** Whether the policies of row-level security apply. */
  readonly isProtected: boolean
}

async function greet(connection: PostgresJsConnection): Promise<Peer> {
  const { rows, pid } = await connection.send(
    `SELECT pg_backend_pid() AS pid,
      pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS is_read_only,
      coalesce(row_security_active(to_regclass('holdfast.entries')), false) AS is_protected`,
    [],
    false,
  )
  return {
    isReadOnly: rows[0]?.['is_read_only'] !== false,
    // A pooler gives its clients a number of its own to cancel by.
    isDirect: rows[0]?.['pid'] === pid,
    isProtected: rows[0]?.['is_protected'] === true,
  }
}

/** Whoever names no workspace would see nothing, and take that for the truth. */
function protectedSince(): HoldfastError {
  return new HoldfastError(
    'STORE_NOT_PROTECTED',
    'Row-level security was switched on since this store was opened, and does not know its workspaces. Open it again: restart the runner.',
  )
}
