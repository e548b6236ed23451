import { mintVersion } from '@holdfast/core'
import { differenceOf, mebibyte, noise, utf8 } from '../bytes.ts'
import type { ConformanceCheck } from '../conformance-check.ts'
import { readWhile } from '../read-while.ts'
import { valuesOf } from '../requirements.ts'
import { outcomeOf } from '../settlement.ts'
import type { TestBench } from '../test-bench.ts'

export const valuesChecks: readonly ConformanceCheck[] = [
  {
    id: 'values.every-byte',
    promises: ['2.1'],
    title: 'All 256 byte values come back as they were, in whatever order.',
    async run(bench) {
      await expectKept(bench, everyByte())
      await expectKept(bench, everyByte().toReversed())
      await expectKept(bench, noise(65_536))
    },
  },
  {
    id: 'values.both-stores',
    promises: ['2.1'],
    title: 'Values are bytes in persistent_store as in storage, and no JSON there either.',
    async run({ at, expect }) {
      const store = at({ store: 'persistent_store' })
      const json = utf8('{ "b": 1.0, "a": [ ], "b": "\\u00e9" }\n')
      for (const value of [everyByte(), json, utf8('null'), utf8('1e2'), utf8('')]) {
        await expectKept({ store, expect }, value)
      }
    },
  },
  {
    id: 'values.empty',
    promises: ['2.2'],
    title: 'An empty value is a value: it is read, listed and counted.',
    async run({ store, expect }) {
      await store.put('empty', '')
      const entry = await store.get('empty')
      expect(entry?.size).toBe(0)
      expect(differenceOf(entry?.value, new Uint8Array())).toBe(null)
      const [listed] = await store.listAll()
      expect(listed?.key).toBe('empty')
      expect(differenceOf(listed?.value, new Uint8Array())).toBe(null)
      expect(await store.usage()).toEqual({ entries: 1, bytes: 'empty'.length })
    },
  },
  {
    id: 'values.lookalikes',
    promises: ['2.1'],
    title: 'Bytes that look like something, or like broken text, are only bytes.',
    async run(bench) {
      const texts = [
        'null',
        'undefined',
        '0',
        '""',
        '{}',
        '\\x00ff',
        '\ufefftext',
        '\r\n',
        'data:,',
      ]
      for (const text of texts) await expectKept(bench, utf8(text))
      const broken = [[0], [0, 0, 0], [0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0x1f, 0x8b, 8]]
      for (const bytes of broken) await expectKept(bench, Uint8Array.from(bytes))
    },
  },
  {
    id: 'values.lengths',
    promises: ['2.1'],
    title:
      'A value comes back as it was just below, at and above the lengths that programs cut at.',
    async run(bench) {
      const cuts = [2, 256, 4_096, 16_384, 65_536, 131_072]
      const { maxValueBytes } = bench.driver.capabilities
      for (const length of cuts.flatMap((cut) => [cut - 1, cut, cut + 1])) {
        if (length <= maxValueBytes) await expectKept(bench, noise(length))
      }
    },
  },
  {
    id: 'values.large',
    promises: ['2.1'],
    title: 'A value of 4 MiB comes back as it was.',
    needs: [valuesOf(4 * mebibyte)],
    run: (bench) => expectKept(bench, noise(4 * mebibyte)),
  },
  {
    id: 'values.replaced',
    promises: ['2.6'],
    title: 'An overwrite leaves the new bytes and none of the old, whichever are more.',
    async run(bench) {
      for (const length of [1, 10_000, 10, 300, 0, 5]) await expectKept(bench, noise(length))
    },
  },
  {
    id: 'values.views',
    promises: ['2.3'],
    title:
      'Of a view into a larger buffer the bytes of the view are stored; a Buffer is a view too.',
    async run(bench) {
      await expectKept(bench, noise(1_000).subarray(100, 200))
      await expectKept(bench, Buffer.from('a Buffer of Node'))
      await expectKept(bench, Buffer.from(everyByte()).subarray(7, 77))
    },
  },
  {
    id: 'values.copied-in',
    promises: ['2.3'],
    title: 'What is written to the buffer once commit has returned its promise changes nothing.',
    async run({ store, expect }) {
      const values = [utf8('as given'), Buffer.from('as given'), utf8('as given')]
      const puts = values.map((value, index) => store.putOf(`${index}`, value))
      const written = store.commit({ puts })
      for (const value of values) value.fill(0)
      await written
      for (const value of values) value.fill(1)
      for (const { key } of puts) expect(await store.text(key)).toBe('as given')
    },
  },
  {
    id: 'values.left-alone',
    promises: ['2.3'],
    title: 'The buffer that was given is left as it is, and with its owner.',
    async run({ store, expect }) {
      const value = noise(100_000)
      await store.put('key', value)
      expect(differenceOf(value, noise(100_000))).toBe(null)
    },
  },
  {
    id: 'values.copied-out',
    promises: ['2.4'],
    title: 'What is written to a buffer that get or list gave changes nothing.',
    async run({ store, expect }) {
      await store.put('key', 'as stored')
      const [first, second] = await store.getMany(['key', 'key'])
      const [listed] = await store.listAll()
      first?.value.fill(0)
      listed?.value?.fill(1)
      expect(differenceOf(second?.value, utf8('as stored'))).toBe(null)
      expect(await store.text('key')).toBe('as stored')
      const [again] = await store.listAll()
      expect(differenceOf(again?.value, utf8('as stored'))).toBe(null)
      const [one, other] = await Promise.all([store.get('key'), store.get('key')])
      one?.value.fill(2)
      expect(differenceOf(other?.value, utf8('as stored'))).toBe(null)
    },
  },
  {
    id: 'values.own-memory',
    promises: ['2.4'],
    title: 'The memory under a value is its own: its buffer leads to no other value.',
    async run({ store, expect }) {
      await store.putMany(['a', 'b', 'c'], 'as stored')
      const entries = [...(await store.getMany(['a', 'b', 'c'])), ...(await store.listAll())]
      for (const entry of entries) {
        expect(differenceOf(entry?.value, utf8('as stored'))).toBe(null)
        new Uint8Array(entry?.value?.buffer ?? new ArrayBuffer()).fill(0)
      }
      expect(await store.text('a')).toBe('as stored')
    },
  },
  {
    id: 'values.plain',
    promises: ['2.5'],
    title: 'A value is a Uint8Array itself and no subclass, whose methods may behave otherwise.',
    async run({ store, expect }) {
      await store.put('key', Buffer.from('value'))
      const [entry, [listed]] = [await store.get('key'), await store.listAll()]
      expect(Object.getPrototypeOf(entry?.value)).toBe(Uint8Array.prototype)
      expect(Object.getPrototypeOf(listed?.value)).toBe(Uint8Array.prototype)
    },
  },
  {
    id: 'values.whole',
    promises: ['2.6'],
    title: 'Of two writes of a key at once, one is there whole: value, version, type and all.',
    async run({ store, expect }) {
      const written = Array.from({ length: 8 }, (_, index) => {
        const value = noise(5_000 + index).fill(index)
        const options = { version: mintVersion(), contentType: `text/${index}` }
        return store.putOf('key', value, options)
      })
      await Promise.all(written.map((put) => store.commit({ puts: [put] })))
      const entry = await store.get('key')
      const winner = written.find(({ version }) => version === entry?.version)
      expect(entry?.contentType).toBe(winner?.contentType)
      expect(entry?.size).toBe(winner?.value.byteLength)
      expect(differenceOf(entry?.value, winner?.value ?? utf8('of no writer'))).toBe(null)
    },
  },
  {
    id: 'values.whole-to-readers',
    promises: ['2.6'],
    title: 'No reader sees the value of one write with the metadata of another.',
    async run({ store, expect }) {
      const write = async (round: number): Promise<unknown> => {
        const text = `${round}`.repeat(1 + (round % 3))
        return store.put('key', text, { contentType: `text/${text}` })
      }
      await write(0)
      const written = (async () => {
        for (let round = 1; round < 25; round++) await write(round)
      })()
      await readWhile(written, async () => {
        for (const entry of [await store.get('key'), (await store.listAll())[0]]) {
          const text = new TextDecoder().decode(entry?.value ?? undefined)
          expect([entry?.contentType, entry?.size]).toEqual([`text/${text}`, text.length])
        }
      })
    },
  },
]

function everyByte(): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, index) => index)
}

async function expectKept(
  { store, expect }: Pick<TestBench, 'store' | 'expect'>,
  value: Uint8Array,
): Promise<void> {
  expect(await outcomeOf(store.put('key', value))).toBe('resolved')
  const entry = await store.get('key')
  expect(entry?.size).toBe(value.byteLength)
  expect(differenceOf(entry?.value, value)).toBe(null)
  const [listed] = await store.listAll()
  expect(listed?.size).toBe(value.byteLength)
  expect(differenceOf(listed?.value, value)).toBe(null)
}
