import { describeValue, MisuseError } from '@holdfast/core'
import type { Entries } from '../store-options.ts'

/**
 * Takes several values at once: pairs, or the properties of an object.
 *
 * @throws {@link MisuseError} `WRONG_TYPE`
 */
export function parseEntries(entries: Entries<unknown>): readonly (readonly [string, unknown])[] {
  if (typeof entries !== 'object' || entries === null) {
    throw wrongType('setMany takes pairs of key and value, or an object', entries)
  }
  if (!isIterable(entries)) return Object.entries(entries)
  return Array.from(entries, (pair: unknown) => {
    if (Array.isArray(pair) && pair.length === 2) return [pair[0], pair[1]] as [string, unknown]
    throw wrongType('Each entry of setMany is a pair of key and value', pair)
  })
}

/**
 * Takes several keys, in the order given. A string is refused, though it can be iterated: its characters were hardly
 * meant as keys.
 *
 * @throws {@link MisuseError} `WRONG_TYPE`
 */
export function parseKeys<Key>(
  keys: Iterable<string>,
  method: string,
  parse: (key: string) => Key,
): readonly Key[] {
  if (typeof keys !== 'object' || keys === null || !isIterable(keys)) {
    throw wrongType(`${method} takes an array of keys, or another iterable of them`, keys)
  }
  return Array.from(keys, parse)
}

function isIterable(value: object): value is Iterable<unknown> {
  return Symbol.iterator in value
}

function wrongType(rule: string, got: unknown): MisuseError {
  return new MisuseError('WRONG_TYPE', `${rule}; got ${describeValue(got)}.`)
}
