import { fillPlaceholders, type Query, type SQL } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import type { StatementValues } from './sql-connection.ts'

/** A statement whose text is made once; only its values differ from run to run. */
export interface Statement {
  readonly text: string
  /** The parameters in their order. */
  readonly fill: (values: StatementValues) => unknown[]
}

/** Makes a statement of a query of Drizzle's builder, with `sql.placeholder` where values come. */
export function toStatement(query: { toSQL(): Query }): Statement {
  const { sql: text, params } = query.toSQL()
  return { text, fill: (values) => fillPlaceholders(params, { ...values }) }
}

const dialect = new PgDialect()

/** Makes a statement of SQL that the builder has no words for. */
export function rawStatement(text: SQL): Statement {
  return toStatement({ toSQL: () => dialect.sqlToQuery(text) })
}
