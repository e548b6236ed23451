import { limits } from '@holdfast/core'
import { differenceOf, mebibyte, noise, utf8 } from '../bytes.ts'
import type { ConformanceCheck } from '../conformance-check.ts'
import { sortedByUtf8 } from '../key-order.ts'
import { valuesOf } from '../requirements.ts'
import { outcomeOf } from '../settlement.ts'
import type { TestBench } from '../test-bench.ts'

const unordered =
  'b a B A a0 a/ aa a- a_ Z z 10 9 é e f ä a\u0308 ß ss \u0001 \u007f \u0080 \u07ff \u0800 \ud7ff \ue000 \uff5e \uffff \u{10000} \u{1f600} \u{10ffff} a\uff5e a\u{1f600}'
const wildcards =
  "% %a _ _a \\ \\a \\% \\_ * *a ? ?a [a] a aa a% a%b a_ a_b a\\ a\\b aXb a* a*b a? ^a a$ ' a'b"
const siblings = 'a a! a. a/ a/b a/b/c a// a0 a0/b aa aa/b b b/ `'
const lookalikes = 'a1 A1 a A é é1 e e\u0301 e\u03011 ß ß1 ss ss1 \ufb011 fi1'
const edges =
  '\u007f \u007fa \u0080 \u07ff \u07ffa \u0800 \ud7ff \ud7ffa \ue000 \uffff \uffffa \u{10000} \u{1f600}a \u{1f601} \u{10ffff} \u{10ffff}a \u{10ffff}\u{10ffff} a\u{10ffff} a\u{10ffff}b b'

export const listChecks: readonly ConformanceCheck[] = [
  {
    id: 'list.nothing',
    promises: ['10.1'],
    title: 'Where no key matches, nothing is listed.',
    async run({ store, expect }) {
      expect(await store.listAll()).toEqual([])
      await store.put('key')
      expect(await store.listAll({ prefix: 'keys' })).toEqual([])
    },
  },
  {
    id: 'list.order',
    promises: ['10.1'],
    title: 'Keys are listed in the order of their bytes in UTF-8.',
    async run({ store, expect }) {
      const keys = unordered.split(' ')
      for (const key of keys) await store.put(key)
      expect(await store.keys()).toEqual(sortedByUtf8(keys))
      expect(await store.keys({ limit: 4 })).toEqual(sortedByUtf8(keys))
    },
  },
  {
    id: 'list.prefix-literal',
    promises: ['10.2'],
    title: 'A prefix is literal: no character in it stands for others.',
    run: (bench) => expectPrefixes(bench, wildcards.split(' '), '%% __ [ ^ . .*'.split(' ')),
  },
  {
    id: 'list.prefix-siblings',
    promises: ['10.1', '10.2'],
    title: 'A prefix takes the key that equals it and those that go on from it, not its siblings.',
    run: (bench) => expectPrefixes(bench, siblings.split(' '), ['a/b/c/d', 'a/b/', 'ab', '/']),
  },
  {
    id: 'list.prefix-exact',
    promises: ['10.2'],
    title: 'A prefix matches in its own case and normal form alone.',
    run: (bench) => expectPrefixes(bench, lookalikes.split(' '), ['\u0301', 's', 'f', 'E', 'É']),
  },
  {
    id: 'list.prefix-edges',
    promises: ['10.2'],
    title: 'A prefix may end in any character, the last of Unicode too, and be as long as a key.',
    run: (bench) =>
      expectPrefixes(bench, [...edges.split(' '), 'x'.repeat(512)], ['x'.repeat(511), '\u{1f600}']),
  },
  {
    id: 'list.keys-only',
    promises: ['10.3'],
    title: 'With keysOnly the values are null, and all else is as without.',
    async run({ store, expect }) {
      await store.putMany(['a', 'b'], 'value')
      const entries = await store.listAll()
      for (const { value } of entries) expect(differenceOf(value, utf8('value'))).toBe(null)
      const bare = entries.map((entry) => ({ ...entry, value: null }))
      expect(await store.listAll({ keysOnly: true })).toEqual(bare)
    },
  },
  {
    id: 'list.limit',
    promises: ['10.4'],
    title: 'A page has at most as many entries as its limit.',
    async run({ store, expect }) {
      await store.putMany(['a', 'b', 'c', 'd'])
      for (const limit of [1, 2, 3, 4]) {
        const { entries } = await store.list({ limit })
        expect(entries.length <= limit).toBe(true)
      }
    },
  },
  {
    id: 'list.limit-bounds',
    promises: ['10.4'],
    title: `A limit that is no whole number from 1 to ${limits.maxListLimit} is refused with INVALID_ARGUMENT.`,
    async run({ store, expect }) {
      for (const limit of [0, -1, 1.5, Number.NaN, Infinity, limits.maxListLimit + 1]) {
        expect(await outcomeOf(store.list({ limit }))).toBe('INVALID_ARGUMENT')
      }
      expect(await outcomeOf(store.list({ limit: limits.maxListLimit }))).toBe('resolved')
    },
  },
  {
    id: 'list.heavy-pages',
    promises: ['10.5'],
    title: `A page with values ends at the latest with the entry that brings their sum to ${limits.maxListPageBytes} bytes.`,
    needs: [valuesOf(4 * mebibyte)],
    async run({ store, expect }) {
      const keys = ['a', 'b', 'c', 'd', 'e', 'f']
      for (const key of keys) await store.put(key, noise(4 * mebibyte))
      const { entries } = await store.list()
      const beforeLast = entries.slice(0, -1).reduce((sum, { size }) => sum + size, 0)
      expect(beforeLast < limits.maxListPageBytes).toBe(true)
      expect(await store.keys({ keysOnly: false })).toEqual(keys)
    },
  },
]

/** For each key and each further prefix, the listing has what begins with it and nothing else. */
async function expectPrefixes(
  { store, expect }: TestBench,
  keys: readonly string[],
  furtherPrefixes: readonly string[],
): Promise<void> {
  const sorted = sortedByUtf8(keys)
  await store.putMany(keys)
  for (const prefix of ['', ...keys, ...furtherPrefixes]) {
    const matching = sorted.filter((key) => key.startsWith(prefix))
    expect(await store.keys({ prefix })).toEqual(matching)
    expect(await store.keys({ prefix, limit: 2 })).toEqual(matching)
  }
}
