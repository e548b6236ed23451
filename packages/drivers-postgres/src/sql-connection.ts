import type { Statement } from './statement.ts'

/** A row as the database's client gives it: by column, numbers of 64 bits as text. */
export type Row = Readonly<Record<string, unknown>>

/** Where statements are run. Those given without waiting arrive in their order, and in one go. */
export interface SqlConnection {
  run(statement: Statement, values: StatementValues): Promise<readonly Row[]>
}

/** The values of a statement's placeholders, by name. */
export type StatementValues = Readonly<Record<string, unknown>>

/** A pool of connections to one database. */
export interface SqlDatabase extends SqlConnection {
  /** Runs a body in a transaction, which is rolled back if the body rejects. */
  transaction<Result>(body: (connection: SqlConnection) => Promise<Result>): Promise<Result>
  /** Runs reads that all see the store as it was at one moment. */
  snapshot<Result>(body: (connection: SqlConnection) => Promise<Result>): Promise<Result>
  /** Ends all connections, after what they are doing. */
  close(): Promise<void>
}
