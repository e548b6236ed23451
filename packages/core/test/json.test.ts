import { deepStrictEqual } from 'node:assert'
import { inspect } from 'node:util'
import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeJson, encodeJson, formatPath, limits } from '../src/index.ts'
import { caught } from './caught.ts'

/** Any text, halves of surrogate pairs too: keys must be well-formed, values need not. */
const anyText = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('__proto__', 'toJSON', 'constructor', 'length', '0', '', '\ud800'),
)

const { anyJson } = fc.letrec<{ anyJson: unknown }>((tie) => ({
  anyJson: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, -0, Number.MAX_VALUE, Number.MIN_VALUE, 2 ** 53),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    anyText,
    fc.array(tie('anyJson'), { maxLength: 5 }),
    fc.array(fc.tuple(anyText, tie('anyJson')), { maxLength: 5 }).map(Object.fromEntries),
  ),
}))

function roundTrip(value: unknown): unknown {
  return decodeJson(encodeJson(value))
}

function nested(depth: number): unknown {
  let value: unknown = 'innermost'
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { value }
  return value
}

describe('encodeJson and decodeJson', () => {
  test('give back a value equal to the one that went in', () => {
    fc.assert(
      fc.property(anyJson, (value) => deepStrictEqual(roundTrip(value), value)),
      { numRuns: 1_000 },
    )
  })

  test('write what JSON.stringify writes, but for -0', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const text = Buffer.from(encodeJson(value)).toString()
        expect(text.replaceAll(/(?<=^|[[:,])-0(?=$|[\],}])/g, '0')).toBe(JSON.stringify(value))
      }),
    )
  })

  test('keep -0', () => {
    expect(Object.is(roundTrip(-0), -0)).toBe(true)
    deepStrictEqual(roundTrip({ a: [-0, 0] }), { a: [-0, 0] })
  })

  test('keep an own property named __proto__, and leave the prototype alone', () => {
    const value: unknown = JSON.parse('{"__proto__":{"polluted":true}}')
    const back = roundTrip(value)
    deepStrictEqual(back, value)
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype)
    expect({}).not.toHaveProperty('polluted')
  })

  test('keep a lone surrogate in a value', () => {
    expect(roundTrip({ text: 'a\ud83d' })).toEqual({ text: 'a\ud83d' })
  })

  test('keep nesting up to the limit', () => {
    deepStrictEqual(roundTrip(nested(limits.maxJsonDepth)), nested(limits.maxJsonDepth))
  })

  test('take the same object in two places for no cycle', () => {
    const shared = { a: 1 }
    expect(roundTrip([shared, { shared }])).toEqual([{ a: 1 }, { shared: { a: 1 } }])
  })

  test('accept objects without a prototype', () => {
    const value = Object.assign(Object.create(null) as object, { a: 1 })
    expect(roundTrip(value)).toEqual({ a: 1 })
  })

  test('accept plain objects and arrays of another realm', () => {
    const value: unknown = runInNewContext(`({ a: [1, { b: -0 }], c: JSON.parse('{"d":[]}') })`)
    deepStrictEqual(roundTrip(value), { a: [1, { b: -0 }], c: { d: [] } })
  })

  test('give each call bytes of its own', () => {
    const value = { a: 1 }
    encodeJson(value).fill(0)
    expect(decodeJson(encodeJson(value))).toEqual(value)
  })
})

describe('encodeJson writes what it has looked at and nothing else', () => {
  test('when a prototype has a toJSON', () => {
    const value: unknown = runInNewContext(
      `Array.prototype.toJSON = () => 'changed'; Object.prototype.toJSON = () => 'changed'; [{ a: [1] }]`,
    )
    expect(roundTrip(value)).toEqual([{ a: [1] }])
  })

  test('when an object is one that JSON.rawJSON made', () => {
    const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => object }
    expect(roundTrip([rawJSON('1')])).toEqual([{ rawJSON: '1' }])
  })

  test('when a proxy answers otherwise the second time', () => {
    const proxy = new Proxy({ when: 1 }, { get: () => new Date(0) })
    expect(roundTrip(proxy)).toEqual({ when: 1 })
  })
})

class Point {
  x = 1
}

class Items extends Array<number> {}

function cycle(): unknown {
  const value: Record<string, unknown> = { list: [0] }
  value['self'] = value
  return value
}

function revokedProxy(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

const refusedValues: readonly (readonly [string, unknown, string?])[] = [
  ['undefined', undefined],
  ['a function', () => 1],
  ['a symbol', Symbol('s')],
  ['a bigint', 1n],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['a Date', new Date(0)],
  ['a Map', new Map()],
  ['a Set', new Set()],
  ['a WeakMap', new WeakMap()],
  ['a RegExp', /a/],
  ['an Error', new Error('e')],
  ['a promise', Promise.resolve()],
  ['a Uint8Array', new Uint8Array(2)],
  ['a Buffer', Buffer.from('a')],
  ['an ArrayBuffer', new ArrayBuffer(2)],
  ['a boxed string', new String('s')],
  ['a boxed number', new Number(1)],
  ['an instance of a class', new Point()],
  ['an instance of a class that extends Array', new Items()],
  ['an object whose prototype is a plain object', Object.create({ a: 1 })],
  ['a Date of another realm', runInNewContext('new Date(0)')],
  ['a class of another realm', runInNewContext('new (class Point {})()')],
  ['an object with a toJSON', { toJSON: () => 1 }, '.toJSON'],
  ['a property that is undefined', { a: 1, b: undefined }, '.b'],
  ['a property named by a symbol', { [Symbol('s')]: 1 }],
  ['a property that is not enumerable', Object.defineProperty({}, 'h', { value: 1 }), '.h'],
  // oxlint-disable-next-line no-sparse-arrays
  ['a hole in an array', [1, , 3], '[1]'],
  ['an array of holes', Object.assign([], { length: 2 }), '[0]'],
  ['an extra property of an array', Object.assign([1], { extra: 1 }), '.extra'],
  ['a negative index of an array', Object.assign([1], { '-1': 1 }), '["-1"]'],
  ['a reference to what contains it', cycle(), '.self'],
  ['a proxy that was revoked', revokedProxy()],
]

describe('encodeJson refuses', () => {
  const withPaths = refusedValues.map(([what, value, inner = '']) => [what, value, inner] as const)

  test.each(withPaths)('%s', (_what, value, inner) => {
    for (const [holder, path] of [
      [value, `$${inner}`],
      [{ items: [0, 1, 2, { when: value }] }, `$.items[3].when${inner}`],
    ] as const) {
      expect(caught(() => encodeJson(holder))).toMatchObject({
        name: 'HoldfastError',
        code: 'INVALID_JSON_VALUE',
        context: { path },
        message: expect.stringContaining(` ${path} is `),
      })
    }
  })

  test('an accessor, without calling it', () => {
    let calls = 0
    const value = {
      get secret() {
        calls++
        return 1
      },
    }
    const error = caught(() => encodeJson([value]))
    expect(error).toMatchObject({ code: 'INVALID_JSON_VALUE', context: { path: '$[0].secret' } })
    expect(calls).toBe(0)
  })

  test('an accessor named constructor, without calling it for its message', () => {
    let calls = 0
    const prototype = Object.defineProperty({}, 'constructor', {
      get: () => {
        calls++
        throw new Error('called')
      },
    })
    const value: unknown = Object.create(prototype)
    expect(caught(() => encodeJson(value))).toMatchObject({ code: 'INVALID_JSON_VALUE' })
    expect(calls).toBe(0)
  })

  test('nesting beyond the limit', () => {
    const error = caught(() => encodeJson(nested(limits.maxJsonDepth + 1)))
    expect(error).toMatchObject({ code: 'INVALID_JSON_VALUE' })
    expect(error).toHaveProperty('message', expect.stringContaining('more than 1000 levels'))
  })

  test('a cycle through arrays', () => {
    const list: unknown[] = [1]
    list.push({ back: list })
    expect(caught(() => encodeJson(list))).toMatchObject({ context: { path: '$[1].back' } })
  })

  test('a value without showing it', () => {
    const error = caught(() => encodeJson({ token: Buffer.from('hunter2'), other: 'hunter2' }))
    expect(inspect(error)).not.toContain('hunter2')
  })
})

describe('proxies', () => {
  test('of plain values are stored as what they show', () => {
    expect(roundTrip(new Proxy({ a: new Proxy([1, 2], {}) }, {}))).toEqual({ a: [1, 2] })
  })

  test.each(['ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor'] as const)(
    'that throw from %s are refused with their path',
    (trap) => {
      const proxy = new Proxy(
        { a: 1 },
        {
          [trap]: () => {
            throw new Error('trapped')
          },
        },
      )
      const error = caught(() => encodeJson({ proxy }))
      expect(error).toMatchObject({ code: 'INVALID_JSON_VALUE' })
      expect(error).toHaveProperty('context.path', expect.stringMatching(/^\$\.proxy/))
    },
  )
})

describe('decodeJson', () => {
  test.each([
    ['nothing', ''],
    ['a text', 'hello'],
    ['JSON that is cut', '{"a":'],
    ['two values', '1 2'],
    ['a byte order mark before JSON', '\ufeff1'],
  ])('refuses %s', (_what, text) => {
    expect(caught(() => decodeJson(Buffer.from(text)))).toMatchObject({
      code: 'STORED_VALUE_NOT_JSON',
      retryable: false,
    })
  })

  test('refuses bytes that are not UTF-8', () => {
    const bytes = Uint8Array.of(0x22, 0xff, 0x22)
    expect(caught(() => decodeJson(bytes))).toMatchObject({ code: 'STORED_VALUE_NOT_JSON' })
  })

  test('says nothing of what is stored', () => {
    const error = caught(() => decodeJson(Buffer.from('hunter2')))
    expect(inspect(error)).not.toContain('hunter')
  })
})

describe('formatPath', () => {
  test.each([
    [[], '$'],
    [['items', 3, 'when'], '$.items[3].when'],
    [['$', '_a', 'é'], '$.$._a.é'],
    [['a b', '', '1', '"'], '$["a b"][""]["1"]["\\""]'],
  ])('of %j is as JavaScript writes it', (path, text) => {
    expect(formatPath(path)).toBe(text)
  })
})
