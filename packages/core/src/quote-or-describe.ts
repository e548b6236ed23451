import { describeValue } from './describe-value.ts'

const longestQuoted = 80

/** An id or key as an error message shows it: quoted while it is short, else by its shape. */
export function quoteOrDescribe(value: unknown): string {
  return typeof value === 'string' && value.length <= longestQuoted
    ? JSON.stringify(value)
    : describeValue(value)
}
