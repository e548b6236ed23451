import type { ByteRange } from '@holdfast/core'
import { bodyDifference, cut, restOf } from '../bodies.ts'
import { differenceOf, noise } from '../bytes.ts'
import type { ConformanceCheck } from '../conformance-check.ts'
import { movableClock, sharedStore, streams } from '../requirements.ts'
import { outcomeOf } from '../settlement.ts'
import { putSizable, sizable } from '../sizable-values.ts'

export const downloadChecks: readonly ConformanceCheck[] = [
  {
    id: 'streams.ranges',
    promises: ['20.2'],
    title: 'A range gives its bytes, those that there are, and the metadata of the whole value.',
    needs: [streams],
    async run({ store, expect }) {
      for (const size of [0, 10, 700_000]) {
        const value = noise(size)
        await store.upload('streamed', cut(value))
        await store.put('whole', value)
        for (const key of ['streamed', 'whole']) {
          for (const range of rangesOf(size)) {
            const stream = await store.download(key, range)
            expect(stream?.metadata.size).toBe(size)
            const wanted = value.subarray(range.start, range.end ?? size)
            expect([range, await bodyDifference(stream?.body, wanted)]).toEqual([range, null])
          }
        }
      }
    },
  },
  {
    id: 'streams.no-ranges',
    promises: ['20.2'],
    title: 'What is no range is refused with INVALID_ARGUMENT.',
    needs: [streams],
    async run({ store, expect }) {
      await store.put('key', 'value')
      for (const [start, end] of [
        [-1, null],
        [0.5, 1],
        [0, 1.5],
        [2, 1],
        [Number.NaN, 1],
        [0, -1],
      ]) {
        const range = { start, end } as ByteRange
        expect(await outcomeOf(store.download('key', range))).toBe('INVALID_ARGUMENT')
      }
      expect(await outcomeOf(store.download('key', { start: 0, end: null }))).toBe('resolved')
    },
  },
  {
    id: 'streams.old-value',
    promises: ['20.7'],
    title:
      'A reader has the old value to the end, while it is replaced, deleted, cleared and swept.',
    needs: [streams],
    async run({ store, driver, clock, expect }) {
      const changes: readonly ((key: string) => Promise<unknown>)[] = [
        (key) => store.upload(key, cut(noise(sizable, 2))),
        (key) => store.put(key, 'whole'),
        (key) => store.delete(key),
        () => store.clear(),
      ]
      for (const change of changes) {
        for (const begun of [true, false]) {
          await store.upload('key', cut(noise(sizable, 1)))
          const stream = await store.download('key')
          const pieces = stream?.body[Symbol.asyncIterator]()
          const first = begun ? await pieces?.next() : undefined
          await change('key')
          await driver.sweep(clock.now())
          const whole = restOf(pieces, first?.done === true ? undefined : first?.value)
          expect(await bodyDifference(whole, noise(sizable, 1))).toBe(null)
        }
      }
    },
  },
  {
    id: 'streams.old-value-expires',
    promises: ['20.7'],
    title: 'A reader has the old value to the end, when it has expired and is swept.',
    needs: [streams, movableClock],
    async run({ store, driver, clock, expect }) {
      const expiresAt = clock.now() + 1_000
      await store.upload('key', cut(noise(sizable)), { expiresAt })
      const stream = await store.download('key')
      clock.advance(1_000)
      await driver.sweep(clock.now())
      expect(await store.download('key')).toBe(null)
      expect(await bodyDifference(stream?.body, noise(sizable))).toBe(null)
    },
  },
  {
    id: 'streams.old-value-shared',
    promises: ['16.3', '20.7'],
    title: 'A reader has the old value to the end, whatever happens to it through another driver.',
    needs: [streams, sharedStore],
    async run({ store, at, clock, openDriver, expect }) {
      const other = at({}, await openDriver())
      const changes: readonly (() => Promise<unknown>)[] = [
        () => other.upload('key', cut(noise(10))),
        () => other.clear(),
      ]
      for (const change of changes) {
        await store.upload('key', cut(noise(sizable)))
        const stream = await store.download('key')
        await change()
        await other.driver.sweep(clock.now())
        expect(await bodyDifference(stream?.body, noise(sizable))).toBe(null)
      }
    },
  },
  {
    id: 'streams.two-readers',
    promises: ['20.1', '20.7'],
    title: 'Two who read one value at once each have the whole of it.',
    needs: [streams],
    async run({ store, expect }) {
      await putSizable(store)
      for (const key of ['streamed', 'whole']) {
        const first = (await store.download(key))?.body[Symbol.asyncIterator]()
        const begin = await first?.next()
        expect(differenceOf(await store.bytes(key), noise(sizable))).toBe(null)
        const whole = restOf(first, begin?.done === true ? undefined : begin?.value)
        expect(await bodyDifference(whole, noise(sizable))).toBe(null)
      }
    },
  },
  {
    id: 'streams.own-pieces',
    promises: ['2.4', '20.8'],
    title: 'Whatever is done to a piece or the memory under it, those after it and the value stay.',
    needs: [streams],
    async run({ store, expect }) {
      const value = noise(700_000)
      await store.upload('streamed', cut(value))
      await store.put('whole', value)
      for (const key of ['streamed', 'whole']) {
        for (const spoil of [scribble, takeAway]) {
          const seen: Uint8Array[] = []
          for await (const piece of (await store.download(key))?.body ?? []) {
            expect(Object.getPrototypeOf(piece)).toBe(Uint8Array.prototype)
            seen.push(piece.slice())
            spoil(piece)
          }
          expect(differenceOf(Buffer.concat(seen), value)).toBe(null)
        }
        expect(differenceOf(await store.bytes(key), value)).toBe(null)
        expect(differenceOf((await store.get(key))?.value, value)).toBe(null)
      }
    },
  },
]

/** Ranges at and around the places where one may be off by one. */
function rangesOf(size: number): readonly ByteRange[] {
  const places = [
    0,
    1,
    9,
    65_535,
    65_536,
    65_537,
    262_143,
    262_144,
    262_145,
    size - 1,
    size,
    size + 5,
  ]
  const starts = places.filter((place) => place >= 0)
  return starts
    .flatMap((start) => [
      { start, end: null },
      { start, end: start },
      { start, end: start + 1 },
      { start, end: size },
      { start, end: start + 300_000 },
      { start, end: Number.MAX_SAFE_INTEGER },
    ])
    .filter(({ start, end }) => end === null || end >= start)
}

function scribble(piece: Uint8Array): void {
  new Uint8Array(piece.buffer).fill(0)
}

/** As a stream does that hands its buffers over to another thread. */
function takeAway(piece: Uint8Array): void {
  structuredClone(piece.buffer, { transfer: [piece.buffer as ArrayBuffer] })
}
