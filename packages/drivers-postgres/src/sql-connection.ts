import type { Statement } from './statement.ts'

/** A row as the database's client gives it: by column, numbers of 64 bits as text. */
export type Row = Readonly<Record<string, unknown>>

/** Where statements are run. Those given without waiting arrive in their order, and in one go. */
export interface SqlConnection {
  readonly run: (statement: Statement, values: StatementValues) => Promise<readonly Row[]>
}

/** The values of a statement's placeholders, by name. */
export type StatementValues = Readonly<Record<string, unknown>>

/** A connection that is lent for as long as its borrower wants it. */
export interface Lease extends SqlConnection {
  /** Whether others wait for a connection. */
  readonly isWanted: boolean
  /** Gives it back, after what is on its way. */
  release(): void
}

/** A pool of connections to one database. A signal ends the waiting for one of them. */
export interface SqlDatabase {
  run(statement: Statement, values: StatementValues, signal?: AbortSignal): Promise<readonly Row[]>
  /**
   * Runs a body in a transaction, which is rolled back if the body rejects or a statement fails. What
   * the body has given and not waited for goes out with the end of the transaction, in one go.
   */
  transaction<Result>(
    body: (connection: SqlConnection) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result>
  /** Runs reads that all see the store as it was at one moment. */
  snapshot<Result>(
    body: (connection: SqlConnection) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result>
  /**
   * Lends a connection for statements that are each a transaction of their own. Where this is not
   * there, each transaction needs more than its statements.
   */
  readonly lend?: ((signal?: AbortSignal) => Promise<Lease>) | undefined
  /** Ends all connections, after what they are doing. */
  close(): Promise<void>
}

/** A statement with what it is to be filled with. */
export type Step = readonly [statement: Statement, values: StatementValues]

/**
 * Runs statements in one transaction and, with what begins and ends it, in one round trip.
 *
 * @param begin - of a database: `transaction` or `snapshot`
 * @returns the rows of each, in their order
 */
export async function pipeline(
  begin: SqlDatabase['transaction'],
  steps: readonly Step[],
  signal?: AbortSignal,
): Promise<readonly (readonly Row[])[]> {
  const answers = await begin(
    // Not awaited here, for that would hold up the end.
    async ({ run }) => steps.map(([statement, values]) => run(statement, values)),
    signal,
  )
  return await Promise.all(answers)
}
