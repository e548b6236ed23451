import type { Sql, TransactionSql } from 'postgres'
import { PostgresFailure } from './map-postgres-error.ts'
import { hasLostItsWay } from './retrying.ts'
import type { Row, SqlConnection, SqlDatabase, StatementValues } from './sql-connection.ts'
import type { Statement } from './statement.ts'

/** A database by way of a client of postgres.js that its owner ends. */
export class PostgresJsDatabase implements SqlDatabase {
  readonly #client: Sql
  readonly #prepare: boolean
  readonly #inFlight = new Set<Promise<unknown>>()

  /** @param prepare - whether statements are prepared by name, for as long as a connection lives */
  constructor(client: Sql, prepare: boolean) {
    this.#client = client
    this.#prepare = prepare
  }

  run(statement: Statement, values: StatementValues): Promise<readonly Row[]> {
    return this.#track(this.#runOn(this.#client, statement, values))
  }

  transaction<Result>(body: (connection: SqlConnection) => Promise<Result>): Promise<Result> {
    return this.#track(this.#begin('', body))
  }

  snapshot<Result>(body: (connection: SqlConnection) => Promise<Result>): Promise<Result> {
    return this.#track(this.#begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', body))
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#inFlight)
  }

  #track<Result>(call: Promise<Result>): Promise<Result> {
    this.#inFlight.add(call)
    const forget = (): boolean => this.#inFlight.delete(call)
    call.then(forget, forget)
    return call
  }

  async #begin<Result>(
    mode: string,
    body: (connection: SqlConnection) => Promise<Result>,
  ): Promise<Result> {
    let isLost = false
    try {
      const { result } = await this.#client.begin(mode, async (client) => {
        const given: Promise<unknown>[] = []
        const send: SqlConnection['run'] = async (statement, values) => {
          if (isLost) throw new PostgresFailure('CONNECTION_CLOSED')
          try {
            return await this.#runOn(client, statement, values)
          } catch (error) {
            isLost ||= hasLostItsWay(error)
            throw error
          }
        }
        const run: SqlConnection['run'] = (statement, values) => {
          const rows = send(statement, values)
          rows.catch(() => undefined)
          given.push(rows)
          return rows
        }
        try {
          const value = await body({ run })
          // The client would not notice that the end of the transaction was no COMMIT.
          for (const rows of given) await rows
          // Wrapped, because what is an array would be awaited item by item.
          return { result: value }
        } catch (error) {
          // The client would roll back, on a connection that is gone or is somebody else's by now.
          // If nothing is said, it rejects as soon as it has seen the end of the connection.
          if (isLost) await new Promise<never>(() => undefined)
          throw error
        }
      })
      return result
    } finally {
      isLost = true
    }
  }

  async #runOn(
    client: Sql | TransactionSql,
    { text, fill }: Statement,
    values: StatementValues,
  ): Promise<readonly Row[]> {
    const rows = await client.unsafe(text, fill(values) as never[], { prepare: this.#prepare })
    // A client that connects again may take the end of its greeting for the answer to what was on
    // its way before.
    if (rows.command === null) throw new PostgresFailure('CONNECTION_CLOSED')
    // And it may leave as many places empty as it had received rows of an answer that was cut.
    return rows.length === 0 || 0 in rows ? rows : rows.filter(() => true)
  }
}
