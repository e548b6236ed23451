import { type SQL, sql, type SQLWrapper } from 'drizzle-orm'
import type { Statement } from './statement.ts'
import { textArray } from './text-array.ts'

const { placeholder } = sql

/** Says of a column that it is one of the keys. */
export type IsAsked = (column: SQLWrapper) => SQL

/**
 * Makes statements about keys, which are run with the keys as their value `keys`. There is one for
 * each of a few numbers of keys: of a list the server knows the length before it has the values, and
 * so plans it once; of an array it does not.
 *
 * @returns what gives the statement for so many keys
 */
export function keyedStatement(make: (isAsked: IsAsked) => Statement): (keys: number) => Statement {
  const lists = sizes.map((size) => ({ size, statement: make(isOneOf(size)) }))
  const ofMany = ofArray(make((column) => sql`${column} = ANY(${placeholder('keys')}::text[])`))
  return (keys) => lists.find(({ size }) => size >= keys)?.statement ?? ofMany
}

const sizes = [1, 2, 4, 8, 16, 32, 64] as const

function isOneOf(size: number): IsAsked {
  const keys = Array.from({ length: size }, (_, index) => sql`${placeholder(`keys.${index}`)}`)
  return (column) =>
    size === 1 ? sql`${column} = ${keys[0]}` : sql`${column} IN (${sql.join(keys, sql`, `)})`
}

function ofArray({ text, fill }: Statement): Statement {
  return {
    text,
    fill: (values) => fill({ ...values, keys: textArray(values['keys'] as readonly string[]) }),
  }
}
