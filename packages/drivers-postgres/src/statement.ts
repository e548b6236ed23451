import { is, Param, Placeholder, type Query, type SQL } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import type { Row, StatementValues } from './sql-connection.ts'

/** A statement whose text is made once; only its values differ from run to run. */
export interface Statement {
  readonly text: string
  /** The parameters in their order. */
  readonly fill: (values: StatementValues) => unknown[]
}

/**
 * Makes a statement of a query of Drizzle's builder, with `sql.placeholder` where values come. A name
 * like `keys.3` stands for the fourth of the value `keys`, which is a list, and `rows.3.size` for the
 * property of one; what is beyond the end of the list is null.
 */
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

type ReadValue = (values: StatementValues) => unknown

function toReader(param: unknown): ReadValue {
  if (is(param, Placeholder)) return readerOf(param.name)
  if (is(param, Param) && is(param.value, Placeholder)) {
    const { encoder } = param
    const read = readerOf(param.value.name)
    return (values) => encoder.mapToDriverValue(read(values))
  }
  return () => param
}

function readerOf(path: string): ReadValue {
  const [name = '', position, property] = path.split('.')
  if (position === undefined) {
    return (values) => {
      const value = values[name]
      if (value === undefined) throw new TypeError(`The statement has no value for ${name}.`)
      return value
    }
  }
  const index = Number(position)
  if (property === undefined) {
    return (values) => (values[name] as readonly unknown[])[index] ?? null
  }
  return (values) => (values[name] as readonly Row[])[index]?.[property] ?? null
}
