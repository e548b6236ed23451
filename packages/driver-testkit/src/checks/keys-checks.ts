import type { ConformanceCheck } from '../conformance-check.ts'
import { sortedByUtf8 } from '../key-order.ts'
import { outcomeOf } from '../settlement.ts'
import type { TestBench } from '../test-bench.ts'

const paths =
  'a a:b a/b a//b a/ /a / // . .. ../a ./a a/../b /etc/passwd C:\\nul con .a a. : :: # a#b ~ -'
const metacharacters =
  "% %% _ __ \\ \\\\ \\% * ? [a] {a} (a) ^a a$ | ' '' \" \"\" ` ; ';-- $1 ?1 :a @a %00 %2F a%2Fb a+b a%20b &amp; <a> ${a} $(a) \\n \\0 !"
const letterCases = 'a A key Key KEY ß ẞ ss SS i I ı İ σ ς Σ ǆ ǅ Ǆ k \u212a K'
const normalForms =
  '\u00e9 e\u0301 \u00c5 A\u030a \u212b \ufb01 fi \uac00 \u1100\u1161 o\u0302\u0323 o\u0323\u0302 \u1ed9 \uff41 a \u2160 I \u00b5 \u03bc'
const planes =
  '\u0080 \u07ff \u0800 \ud7ff \ue000 \ufdd0 \uff5e \ufffd \ufffe \uffff \u{10000} \u{1f600} \u{1f468}\u200d\u{1f469} \u{e0001} \u{10ffff}'
const programWords =
  '__proto__ constructor toString hasOwnProperty length then null NULL undefined true NaN 0 00 -0 1 01 1.0 1e0 9007199254740993'
const blanks = [
  ' ',
  '  ',
  'a',
  ' a',
  'a ',
  'a\n',
  'a\r\n',
  'a\r',
  'a\t',
  '\ufeffa',
  'a\u200b',
].concat(Array.from('\t\n\v\f\r\u0001\u001a\u001b\u007f\u0085\u00a0\u200b\u2028\u2029\u3000\ufeff'))

export const keysChecks: readonly ConformanceCheck[] = [
  {
    id: 'keys.paths',
    promises: ['1.1', '1.3'],
    title: 'Slashes, dots and colons mean nothing in a key.',
    run: (bench) => expectDistinct(bench, paths.split(' ')),
  },
  {
    id: 'keys.metacharacters',
    promises: ['1.1', '1.3'],
    title: 'What means something to a query language, a shell, a URL or a template is plain text.',
    run: (bench) => expectDistinct(bench, metacharacters.split(' ')),
  },
  {
    id: 'keys.blanks',
    promises: ['1.1', '1.2'],
    title: 'White space, control characters and byte order marks are kept wherever they stand.',
    run: (bench) => expectDistinct(bench, blanks),
  },
  {
    id: 'keys.case',
    promises: ['1.2'],
    title: 'Keys that differ in case alone are different.',
    run: (bench) => expectDistinct(bench, letterCases.split(' ')),
  },
  {
    id: 'keys.normal-forms',
    promises: ['1.2'],
    title: 'Keys that differ in Unicode normal form alone are different.',
    run: (bench) => expectDistinct(bench, normalForms.split(' ')),
  },
  {
    id: 'keys.planes',
    promises: ['1.1'],
    title: 'Every Unicode character but U+0000 may stand in a key, those that are unassigned too.',
    run: (bench) => expectDistinct(bench, planes.split(' ')),
  },
  {
    id: 'keys.program-words',
    promises: ['1.1'],
    title: 'Names of things in programs, and numbers, are plain text.',
    run: (bench) => expectDistinct(bench, programWords.split(' ')),
  },
  {
    id: 'keys.both-stores',
    promises: ['1.1', '1.2'],
    title: 'Keys are the same text in persistent_store as in storage.',
    async run({ at, expect }) {
      const store = at({ store: 'persistent_store' })
      const keys = 'a a:b a#b a/b A é e\u0301 % _ a_b a%b __proto__ 1 01 \u{1f600}'.split(' ')
      await expectDistinct({ store, expect }, [...keys, ' ', 'a ', 'a\n'])
    },
  },
  {
    id: 'keys.longest',
    promises: ['1.1', '1.2'],
    title: 'A key may have 512 bytes of UTF-8, and its last byte counts.',
    async run(bench) {
      const longest = ['a', '%', '/', '\u0001'].map((character) => character.repeat(512))
      const wide = ['é'.repeat(256), '\u{1f600}'.repeat(128), '\u{10ffff}'.repeat(128)]
      const siblings = [
        'a'.repeat(511),
        `${'a'.repeat(511)}b`,
        `${'\u{1f600}'.repeat(127)}\u{1f601}`,
      ]
      await expectDistinct(bench, [...longest, ...wide, ...siblings])
    },
  },
]

/** All the keys can be written side by side, are read, listed and deleted as exactly what they are. */
async function expectDistinct(
  { store, expect }: Pick<TestBench, 'store' | 'expect'>,
  keys: readonly string[],
): Promise<void> {
  for (const key of keys) {
    const outcome = await outcomeOf(store.put(key, `the value of ${key}`))
    expect([key, outcome]).toEqual([key, 'resolved'])
  }

  const entries = await store.getMany(keys)
  expect(entries.map((entry) => entry?.key)).toEqual(keys)
  for (const key of keys) expect(await store.text(key)).toBe(`the value of ${key}`)
  expect(await store.keys()).toEqual(sortedByUtf8(keys))

  await store.delete(...keys.filter((_, index) => index % 2 === 0))
  const rest = keys.filter((_, index) => index % 2 === 1)
  expect(await store.keys()).toEqual(sortedByUtf8(rest))
}
