import { is, Param, Placeholder, type Query, type SQL } from 'drizzle-orm'
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
  // What Drizzle's `fillPlaceholders` does, but for what is the same in each run.
  const readers = params.map(toReader)
  return { text, fill: (values) => readers.map((read) => read(values)) }
}

const dialect = new PgDialect()

/** Makes a statement of SQL that the builder has no words for. */
export function rawStatement(text: SQL): Statement {
  return toStatement({ toSQL: () => dialect.sqlToQuery(text) })
}

function toReader(param: unknown): (values: StatementValues) => unknown {
  if (is(param, Placeholder)) {
    const { name } = param
    return (values) => valueOf(values, name)
  }
  if (is(param, Param) && is(param.value, Placeholder)) {
    const { encoder } = param
    const { name } = param.value
    return (values) => encoder.mapToDriverValue(valueOf(values, name))
  }
  return () => param
}

function valueOf(values: StatementValues, name: string): unknown {
  const value = values[name]
  if (value === undefined) throw new TypeError(`The statement has no value for ${name}.`)
  return value
}
