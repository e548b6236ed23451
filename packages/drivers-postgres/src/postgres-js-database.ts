import type { Sql, TransactionSql } from 'postgres'
import type { Row, SqlConnection, SqlDatabase, StatementValues } from './sql-connection.ts'
import type { Statement } from './statement.ts'

/** How a {@link PostgresJsDatabase} uses its client. */
export interface PostgresJsOptions {
  /** Whether statements are prepared by name, and kept so for as long as a connection lives. */
  readonly prepare: boolean
  /** Whether the client ends with the database. */
  readonly isOwned: boolean
}

/** A database by way of postgres.js. */
export class PostgresJsDatabase implements SqlDatabase {
  readonly #client: Sql
  readonly #options: PostgresJsOptions

  constructor(client: Sql, options: PostgresJsOptions) {
    this.#client = client
    this.#options = options
  }

  run(statement: Statement, values: StatementValues): Promise<readonly Row[]> {
    return this.#runOn(this.#client, statement, values)
  }

  transaction<Result>(body: (connection: SqlConnection) => Promise<Result>): Promise<Result> {
    return this.#begin('', body)
  }

  snapshot<Result>(body: (connection: SqlConnection) => Promise<Result>): Promise<Result> {
    return this.#begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', body)
  }

  async close(): Promise<void> {
    if (this.#options.isOwned) await this.#client.end()
  }

  async #begin<Result>(
    mode: string,
    body: (connection: SqlConnection) => Promise<Result>,
  ): Promise<Result> {
    // Wrapped, because what is an array would be awaited item by item.
    const { result } = await this.#client.begin(mode, async (client) => ({
      result: await body({ run: (statement, values) => this.#runOn(client, statement, values) }),
    }))
    return result
  }

  async #runOn(
    client: Sql | TransactionSql,
    { text, fill }: Statement,
    values: StatementValues,
  ): Promise<readonly Row[]> {
    return await client.unsafe(text, fill(values) as never[], { prepare: this.#options.prepare })
  }
}
