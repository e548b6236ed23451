import { mintVersion } from '@holdfast/core'
import { bodyDifference, cut, joined } from '../bodies.ts'
import { differenceOf, mebibyte, noise, utf8 } from '../bytes.ts'
import type { ConformanceCheck } from '../conformance-check.ts'
import { HeldUpload } from '../held-upload.ts'
import { sharedStore, streams } from '../requirements.ts'
import type { ScopeHandle } from '../scope-handle.ts'
import { outcomeOf, turnOfEventLoop } from '../settlement.ts'
import type { TestBench } from '../test-bench.ts'
import { streamExtentChecks } from './stream-extent-checks.ts'
import { uploadRaceChecks } from './upload-race-checks.ts'

const sizable = 700_000

/** Streams beside one another, and beside other calls. */
export const streamTrafficChecks: readonly ConformanceCheck[] = [
  {
    id: 'streams.two-uploads',
    promises: ['20.6'],
    title: 'Of two uploads of one key at once, the one that ends last is there, whole.',
    needs: [streams],
    run: (bench) => expectLastUpload(bench, bench.store),
  },
  {
    id: 'streams.two-uploads-shared',
    promises: ['20.6'],
    title: 'Of two uploads of one key through two drivers, the one that ends last is there, whole.',
    needs: [streams, sharedStore],
    run: async (bench) => expectLastUpload(bench, bench.at({}, await bench.openDriver())),
  },
  {
    id: 'streams.whole',
    promises: ['2.6', '20.3', '20.6'],
    title: 'Who reads among many uploads of one key sees one of them whole, with its metadata.',
    needs: [streams],
    async run({ store, expect }) {
      const uploads = Array.from({ length: 6 }, (_, index) => ({
        version: mintVersion(),
        value: new Uint8Array(300_000 + index).fill(index),
      }))
      const valueOf = (version: string): Uint8Array =>
        uploads.find((upload) => upload.version === version)?.value ?? utf8('of no upload')
      const expectOne = async (): Promise<void> => {
        const entry = await store.get('key')
        if (entry !== null) expect(differenceOf(entry.value, valueOf(entry.version))).toBe(null)
        const stream = await store.download('key')
        if (stream === null) return
        const value = valueOf(stream.metadata.version)
        expect(await bodyDifference(stream.body, value)).toBe(null)
      }
      const progress = { isOver: false }
      const upload = ({ version, value }: (typeof uploads)[number]): Promise<string> =>
        outcomeOf(store.upload('key', cut(value), { version }))
      const written = Promise.all(uploads.map(upload)).finally(() => {
        progress.isOver = true
      })
      while (!progress.isOver) {
        await expectOne()
        // Or a driver that reads at once would never write.
        await turnOfEventLoop()
      }
      expect(await written).toEqual(uploads.map(() => 'resolved'))
      await expectOne()
      expect(await store.keys()).toEqual(['key'])
    },
  },
  {
    id: 'streams.small-calls',
    promises: ['20.9'],
    title:
      'Other calls are served while a stream is on its way in, and while one is on its way out.',
    needs: [streams],
    async run(bench) {
      const { store, driver, orNothing, expect } = bench
      await store.upload('large', cut(noise(3 * mebibyte)))
      await using upload = await HeldUpload.begin(bench, store, 'key', noise(3 * mebibyte))
      const stream = await store.download('large')
      const pieces = stream?.body[Symbol.asyncIterator]()
      await pieces?.next()
      const calls = async (): Promise<unknown> => {
        await store.put('small', 'value')
        await store.upload('streamed', cut(noise(10)))
        await store.delete('streamed')
        await driver.sweep(Date.now())
        await store.commit({ checks: [store.checkOf('new', null)], puts: [store.putOf('new')] })
        return [await store.text('small'), await store.keys(), (await store.clear()).entries]
      }
      expect(await orNothing(calls())).toEqual(['value', ['large', 'new', 'small'], 3])
      expect(await upload.finish()).toBe('resolved')
      await pieces?.return?.()
    },
  },
  {
    id: 'streams.turns',
    promises: ['20.9'],
    title: 'A stream neither end of which ever waits lets others have their turns all the same.',
    needs: [streams],
    async run({ store, expect }) {
      const turns = { taken: 0 }
      const upload = store.upload('key', cut(noise(4 * mebibyte))).then(() => turns.taken)
      void turnOfEventLoop().then(() => turns.taken++)
      expect((await upload) > 0).toBe(true)
      turns.taken = 0
      const stream = await store.download('key')
      void turnOfEventLoop().then(() => turns.taken++)
      await joined(stream?.body ?? cut(noise(0)))
      expect(turns.taken > 0).toBe(true)
    },
  },
  {
    id: 'streams.body-reused',
    promises: ['20.8'],
    title: 'A body may fill its buffer anew for each piece.',
    needs: [streams],
    async run({ store, expect }) {
      for (const pieceBytes of [100, 65_536, 300_000]) {
        const value = noise(1_000_000)
        await store.upload('key', inOneBuffer(value, pieceBytes))
        expect(differenceOf(await store.bytes('key'), value)).toBe(null)
      }
    },
  },
  ...uploadRaceChecks,
  ...streamExtentChecks,
]

/** Two uploads overlap, and end in the order that the check chooses. */
async function expectLastUpload(bench: TestBench, other: ScopeHandle): Promise<void> {
  const { store, expect } = bench
  for (const isFirstLast of [true, false]) {
    await using first = await HeldUpload.begin(bench, store, 'key', noise(sizable, 1))
    await using second = await HeldUpload.begin(bench, other, 'key', noise(sizable + 1, 2))
    const inOrder = isFirstLast ? [second, first] : [first, second]
    for (const upload of inOrder) expect(await upload.finish()).toBe('resolved')
    const last = isFirstLast ? noise(sizable, 1) : noise(sizable + 1, 2)
    expect((await store.get('key'))?.version).toBe(inOrder[1]?.version)
    for (const each of [store, other])
      expect(differenceOf(await each.bytes('key'), last)).toBe(null)
    expect(await store.usage()).toEqual({ entries: 1, bytes: last.byteLength + 3 })
  }
}

async function* inOneBuffer(value: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(pieceBytes)
  for await (const piece of cut(value, pieceBytes)) {
    buffer.set(piece)
    yield buffer.subarray(0, piece.byteLength)
    buffer.fill(0)
  }
}
