import { setTimeout } from 'node:timers/promises'
import type { SqlDatabase } from '../../src/sql-connection.ts'

/** For how long a transaction is there in vain, in milliseconds. */
const earlyMs = 10

/** Makes a database wrong on purpose: it says of a transaction that it is done before its end. */
export function acknowledgingEarly(database: SqlDatabase): SqlDatabase {
  return {
    run: (statement, values) => database.run(statement, values),
    transaction: (body) => {
      const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<typeof body>>>()
      const done = database.transaction(async (connection) => {
        const result = await body(connection)
        resolve(result)
        await setTimeout(earlyMs)
        return result
      })
      done.catch(reject)
      return promise
    },
    snapshot: (body) => database.snapshot(body),
    close: () => database.close(),
  }
}
