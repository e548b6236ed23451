import { expect, test } from 'vitest'
import { describeValue, quoteOrDescribe } from '../src/index.ts'

class Point {}

test.each([
  [null, 'null'],
  [undefined, 'undefined'],
  ['', 'a string of 0 characters'],
  ['x', 'a string of 1 character'],
  ['secret', 'a string of 6 characters'],
  [42, 'a number'],
  [Number.NaN, 'NaN'],
  [Number.NEGATIVE_INFINITY, '-Infinity'],
  [1n, 'a bigint'],
  [true, 'a boolean'],
  [Symbol('s'), 'a symbol'],
  [() => 1, 'a function'],
  [[1], 'an array of 1 item'],
  [[1, 2], 'an array of 2 items'],
  [{ a: 1 }, 'a plain object'],
  [Object.create(null), 'a plain object'],
  [new Point(), 'an instance of Point'],
  [new (class {})(), 'an object'],
  [new Date(0), 'an instance of Date'],
  [new Map(), 'an instance of Map'],
  [Promise.resolve('secret'), 'a Promise that was not awaited'],
  [new Uint8Array(3), 'an instance of Uint8Array of 3 bytes'],
  [Buffer.from('a'), 'an instance of Buffer of 1 byte'],
])('tells the shape of a value: case %#', (value, text) => {
  expect(describeValue(value)).toBe(text)
})

test.each([
  ['a proxy that was revoked', revoked({})],
  ['an array behind a proxy that was revoked', revoked([])],
  ['an object whose constructor is no function', Object.create({ constructor: 1 })],
  ['an object whose constructor is null', Object.create({ constructor: null })],
  ['a constructor whose name is no string', Object.create({ constructor: { name: 5 } })],
])('does not fail on %s', (_what, value) => {
  expect(describeValue(value)).toBe('an object')
})

test('calls no getter of the value', () => {
  const value = Object.create({
    get constructor() {
      throw new Error('called')
    },
  }) as object
  expect(describeValue(value)).toBe('an object')
})

test('a short id is quoted, a long one described', () => {
  expect(quoteOrDescribe('a"b')).toBe(String.raw`"a\"b"`)
  expect(quoteOrDescribe('x'.repeat(80))).toBe(`"${'x'.repeat(80)}"`)
  expect(quoteOrDescribe('x'.repeat(81))).toBe('a string of 81 characters')
  expect(quoteOrDescribe(undefined)).toBe('undefined')
})

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}
