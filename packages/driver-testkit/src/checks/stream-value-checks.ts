import { cut } from '../bodies.ts'
import { differenceOf, mebibyte, noise, utf8 } from '../bytes.ts'
import type { ConformanceCheck } from '../conformance-check.ts'
import { HeldUpload } from '../held-upload.ts'
import {
  movableClock,
  sharedStore,
  streams,
  streamsBeyondValues,
  survivesClose,
} from '../requirements.ts'
import { withDigest } from '../see-entries.ts'
import { outcomeOf } from '../settlement.ts'
import type { TestBench } from '../test-bench.ts'

/** Lengths around those by which stores cut values. */
const boundaries = [16, 32, 64, 128, 256, 512, 1024].flatMap((kibibytes) =>
  [-1, 0, 1].map((more) => kibibytes * 1024 + more),
)

export const streamValueChecks: readonly ConformanceCheck[] = [
  {
    id: 'streams.round-trip',
    promises: ['20.1'],
    title: 'A streamed value comes back as it was, at every length.',
    needs: [streams],
    async run(bench) {
      for (const length of [0, 1, 2, 1_000, ...boundaries]) {
        await expectStreamed(bench, noise(length, length), 100_000)
      }
    },
  },
  {
    id: 'streams.pieces',
    promises: ['20.1'],
    title: 'However the body was cut into pieces, empty ones among them, the value is the same.',
    needs: [streams],
    async run(bench) {
      for (const pieceBytes of [1, 7, 999, 65_536, 65_537, 300_000]) {
        await expectStreamed(bench, noise(pieceBytes === 1 ? 500 : 300_000, pieceBytes), pieceBytes)
      }
      const { store, expect } = bench
      const value = noise(150_000)
      await store.upload('key', withEmptyPieces(value))
      expect(differenceOf(await store.bytes('key'), value)).toBe(null)
    },
  },
  {
    id: 'streams.large',
    promises: ['20.1'],
    title: 'A value of several MiB comes back as it was.',
    needs: [streams],
    run: (bench) => expectStreamed(bench, noise(5 * mebibyte + 3), 1_000_000),
  },
  {
    id: 'streams.metadata',
    promises: ['3.2', '3.3', '20.1'],
    title: 'A streamed value has the metadata of any other, with get, list and readStream alike.',
    needs: [streams, movableClock],
    async run(bench) {
      const { store, clock, expect } = bench
      const createdAt = clock.now()
      const [expiresAt, contentType] = [createdAt + 60_000, 'image/png']
      await store.put('key', 'old', { contentType: 'text/plain' })
      clock.advance(1_000)
      const version = await store.upload('key', cut(noise(300_000)), { expiresAt, contentType })
      const times = { createdAt, updatedAt: createdAt + 1_000, expiresAt }
      const metadata = { key: 'key', size: 300_000, version, contentType, ...times }
      const [listed] = await store.listAll({ keysOnly: true })
      expect(listed && withDigest(listed)).toEqual({ ...metadata, value: null })
      expect((await store.download('key'))?.metadata).toEqual(metadata)
      const { value: _, ...got } = (await store.get('key')) ?? { value: null }
      expect(got).toEqual(metadata)

      await using upload = await HeldUpload.begin(bench, store, 'key', noise(700_000))
      clock.advance(1_000)
      expect(await upload.finish()).toBe('resolved')
      const replaced = await store.get('key')
      expect([replaced?.createdAt, replaced?.updatedAt]).toEqual([createdAt, createdAt + 2_000])
      expect([replaced?.contentType, replaced?.expiresAt]).toEqual([null, null])
    },
  },
  {
    id: 'streams.like-others',
    promises: ['20.1'],
    title: 'A streamed value is listed, counted, replaced, deleted and cleared like any other.',
    needs: [streams],
    async run({ store, at, expect }) {
      const value = noise(300_000)
      const other = at({ store: 'persistent_store' })
      for (const key of ['a', 'b', 'c']) await store.upload(key, cut(value))
      await other.upload('a', cut(value))
      expect(await store.keys()).toEqual(['a', 'b', 'c'])
      const listed = await store.listAll()
      for (const entry of listed) expect(differenceOf(entry.value, value)).toBe(null)
      expect(await store.usage()).toEqual({ entries: 3, bytes: 900_003 })

      await store.put('a', 'whole')
      await store.delete('b')
      await store.upload('c', cut(noise(7)))
      expect(await store.text('a')).toBe('whole')
      expect(differenceOf(await store.bytes('a'), utf8('whole'))).toBe(null)
      expect(await store.get('b')).toBe(null)
      expect(await store.download('b')).toBe(null)
      expect(await store.usage()).toEqual({ entries: 2, bytes: 14 })
      expect(await store.clear()).toEqual({ entries: 2, bytes: 14 })
      expect(await store.download('c')).toBe(null)
      expect(differenceOf(await other.bytes('a'), value)).toBe(null)
    },
  },
  {
    id: 'streams.of-whole-values',
    promises: ['20.1'],
    title: 'A value that was given whole may be read as a stream; where there is none, it is null.',
    needs: [streams],
    async run({ store, expect }) {
      for (const length of [0, 1, 300_000]) {
        await store.put('key', noise(length))
        expect(differenceOf(await store.bytes('key'), noise(length))).toBe(null)
      }
      expect(await store.download('missing')).toBe(null)
    },
  },
  {
    id: 'streams.expiry',
    promises: ['13.1', '14.1', '20.1'],
    title: 'A streamed value expires like any other, and is swept like any other.',
    needs: [streams, movableClock],
    async run({ store, driver, clock, expect }) {
      await store.upload('key', cut(noise(300_000)), { expiresAt: clock.now() + 1_000 })
      await store.upload('past', cut(noise(10)), { expiresAt: clock.now() - 1 })
      expect(await store.keys()).toEqual(['key'])
      clock.advance(1_000)
      expect(await store.download('key')).toBe(null)
      expect(await store.get('key')).toBe(null)
      expect(await store.usage()).toEqual({ entries: 0, bytes: 0 })
      // Those may have been freed before: by what was written, or by who looked for them.
      await driver.sweep(clock.now())
      await store.upload('new', cut(noise(300_000)), { expiresAt: clock.now() + 1_000 })
      clock.advance(1_000)
      expect(await driver.sweep(clock.now())).toEqual({ entries: 1, bytes: 300_003 })
      expect(await driver.sweep(clock.now())).toEqual({ entries: 0, bytes: 0 })
    },
  },
  {
    id: 'streams.reopened',
    promises: ['16.1', '20.1'],
    title: 'A streamed value is there when the store is opened again.',
    needs: [streams, survivesClose],
    async run({ store, driver, at, openDriver, expect }) {
      const value = noise(700_000)
      const version = await store.upload('key', cut(value), { contentType: 'video/mp4' })
      await driver.close()
      const reopened = at({}, await openDriver())
      expect(differenceOf(await reopened.bytes('key'), value)).toBe(null)
      const entry = await reopened.get('key')
      expect([entry?.version, entry?.contentType]).toEqual([version, 'video/mp4'])
    },
  },
  {
    id: 'streams.shared',
    promises: ['5.3', '20.1'],
    title: 'A streamed value is seen by every other driver on the store at once.',
    needs: [streams, sharedStore],
    async run({ store, at, openDriver, expect }) {
      const other = at({}, await openDriver())
      const value = noise(700_000)
      await store.upload('key', cut(value))
      expect(differenceOf(await other.bytes('key'), value)).toBe(null)
      await other.upload('key', cut(noise(10)))
      expect(differenceOf(await store.bytes('key'), noise(10))).toBe(null)
    },
  },
  {
    id: 'streams.stream-only',
    promises: ['20.10'],
    title: 'A value larger than maxValueBytes is read as a stream alone, and is null in listings.',
    needs: [streamsBeyondValues],
    async run({ store, driver, expect }) {
      const value = new Uint8Array(driver.capabilities.maxValueBytes + 1).fill(0xa5)
      await store.upload('key', cut(value, mebibyte))
      expect(await outcomeOf(store.get('key'))).toBe('VALUE_TOO_LARGE')
      const [listed] = await store.listAll()
      expect([listed?.size, listed?.value === null]).toEqual([value.byteLength, true])
      expect(await store.usage()).toEqual({ entries: 1, bytes: value.byteLength + 3 })
      expect(differenceOf(await store.bytes('key'), value)).toBe(null)
      if (driver.capabilities.maxWatchedKeys === 0) return
      await using watch = store.watch('key')
      await watch.next()
      const [watched] = watch.states.flat()
      expect([watched?.size, watched?.value === null]).toEqual([value.byteLength, true])
    },
  },
]

/** A value is read as it was streamed, both as a stream and whole. */
async function expectStreamed(
  { store, expect }: TestBench,
  value: Uint8Array,
  pieceBytes: number,
): Promise<void> {
  await store.upload('key', cut(value, pieceBytes))
  expect(differenceOf(await store.bytes('key'), value)).toBe(null)
  const entry = await store.get('key')
  expect(entry?.size).toBe(value.byteLength)
  expect(differenceOf(entry?.value, value)).toBe(null)
}

async function* withEmptyPieces(value: Uint8Array): AsyncGenerator<Uint8Array> {
  for await (const piece of cut(value, 30_000)) {
    yield new Uint8Array()
    yield piece
    yield new Uint8Array()
  }
}
