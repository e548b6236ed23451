import type { SqlConnection, SqlDatabase } from '../../src/sql-connection.ts'

/** How often a transaction fails. */
const failingShare = 1 / 5

/** As a server says that it gave a transaction up in favour of another. */
class SerializationFailure extends Error {
  readonly code = '40001'
}

/**
 * Has a fifth of the transactions fail as they do in a distributed database, at one of their
 * statements or at their end, and rolls them back.
 */
export function withSerializationFailures(
  database: SqlDatabase,
  onFailure: () => void = () => undefined,
): SqlDatabase {
  const fail = (): never => {
    onFailure()
    throw new SerializationFailure('could not serialize access')
  }
  const unsteady = <Result>(
    begin: SqlDatabase['transaction'],
    body: (connection: SqlConnection) => Promise<Result>,
  ): Promise<Result> => {
    if (Math.random() >= failingShare) return begin(body)
    // From the first statement on; where there are fewer, the end fails.
    let left = Math.floor(Math.random() * 6)
    return begin(async (connection) => {
      const given: Promise<unknown>[] = []
      await body({
        run: (statement, values) => {
          const send = async (): ReturnType<SqlConnection['run']> =>
            left-- === 0 ? fail() : await connection.run(statement, values)
          const rows = send()
          rows.catch(() => undefined)
          given.push(rows)
          return rows
        },
      })
      await Promise.all(given)
      // The body is done, and what it says it did is not to be believed.
      return fail()
    })
  }
  return {
    run: (statement, values) => database.run(statement, values),
    transaction: (body) => unsteady((inner) => database.transaction(inner), body),
    snapshot: (body) => unsteady((inner) => database.snapshot(inner), body),
    close: () => database.close(),
  }
}
