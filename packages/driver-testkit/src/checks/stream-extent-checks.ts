import { bodyDifference, cut, restOf } from '../bodies.ts'
import { differenceOf, mebibyte, noise } from '../bytes.ts'
import type { ConformanceCheck } from '../conformance-check.ts'
import { HeldUpload } from '../held-upload.ts'
import { streams } from '../requirements.ts'
import { outcomeOf } from '../settlement.ts'
import type { TestBench } from '../test-bench.ts'
import { largeNumbers } from './large-numbers.ts'

/** Streams of many pieces, at far places, and many at once. */
export const streamExtentChecks: readonly ConformanceCheck[] = [
  {
    id: 'streams.many-pieces',
    promises: ['20.1', '20.2'],
    title: 'A value that stores cut into more than ten pieces comes back in order.',
    needs: [streams],
    async run({ store, expect }) {
      // More than ten of 1 MiB, so that 10 comes before 2 where positions are compared as texts.
      const value = noise(13 * mebibyte + 5)
      await store.upload('key', cut(value, mebibyte))
      const stream = await store.download('key')
      expect(await bodyDifference(stream?.body, value)).toBe(null)
      const start = 9 * mebibyte + 7
      const part = await store.download('key', { start, end: 12 * mebibyte })
      const wanted = value.subarray(start, 12 * mebibyte)
      expect(await bodyDifference(part?.body, wanted)).toBe(null)
    },
  },
  {
    id: 'streams.far-ranges',
    promises: ['20.2'],
    title: 'A range that starts beyond the end gives nothing, however far beyond, and is no error.',
    needs: [streams],
    async run({ store, expect }) {
      await store.put('whole', 'value')
      await store.upload('streamed', cut(noise(700_000)))
      for (const key of ['whole', 'streamed']) {
        for (const start of largeNumbers) {
          const call = store.bytes(key, { start, end: null })
          expect([start, await outcomeOf(call)]).toEqual([start, 'resolved'])
          expect([start, differenceOf(await call, new Uint8Array())]).toEqual([start, null])
          const whole = await store.bytes(key, { start: 0, end: start })
          expect([start, whole?.byteLength]).toEqual([start, key === 'whole' ? 5 : 700_000])
        }
      }
    },
  },
  {
    id: 'streams.large-quota',
    promises: ['9.1', '20.5'],
    title: 'A quota of more bytes than 32 bits can count lets an upload through.',
    needs: [streams],
    async run({ store, expect }) {
      for (const maxBytes of largeNumbers) {
        const upload = store.upload(`${maxBytes}`, cut(noise(9)), { quota: { maxBytes } })
        expect([maxBytes, await outcomeOf(upload)]).toEqual([maxBytes, 'resolved'])
      }
    },
  },
  {
    id: 'streams.many-downloads',
    promises: ['20.9'],
    title: 'Of 20 downloads at once none waits for another to end, nor does anything else.',
    needs: [streams],
    async run(bench) {
      const { store, orNothing, expect } = bench
      await store.upload('key', cut(noise(700_000)))
      await using stack = new AsyncDisposableStack()
      const bodies: AsyncIterator<Uint8Array, unknown>[] = []
      const begin = async (): Promise<Uint8Array | undefined> => {
        const body = (await store.download('key'))?.body[Symbol.asyncIterator]()
        if (body === undefined) return undefined
        stack.defer(async () => void (await orNothing(outcomeOf(Promise.resolve(body.return?.())))))
        bodies.push(body)
        const first = await body.next()
        return first.done === true ? undefined : first.value
      }
      const firsts = await orNothing(Promise.all(Array.from({ length: 20 }, begin)))
      expect(Array.isArray(firsts)).toBe(true)
      expect(await orNothing(outcomeOf(store.put('other')))).toBe('resolved')
      expect(await orNothing(outcomeOf(store.getMany(['other'])))).toBe('resolved')
      for (const [at, body] of bodies.entries()) {
        const rest = restOf(body, firsts[at] as Uint8Array)
        expect(await bodyDifference(rest, noise(700_000))).toBe(null)
      }
    },
  },
  {
    id: 'streams.many-uploads',
    promises: ['20.9'],
    title: 'Of 20 uploads at once none waits for another to end, nor does anything else.',
    needs: [streams],
    run: expectManyUploads,
  },
]

async function expectManyUploads(bench: TestBench): Promise<void> {
  const { store, orNothing, expect } = bench
  await using stack = new AsyncDisposableStack()
  const keys = Array.from({ length: 20 }, (_, index) => `key ${index + 10}`)
  const uploads: HeldUpload[] = []
  for (const key of keys) {
    uploads.push(stack.use(await HeldUpload.begin(bench, store, key, noise(100_000))))
  }
  expect(await orNothing(outcomeOf(store.put('other')))).toBe('resolved')
  const outcomes = await Promise.all(uploads.map((upload) => upload.finish()))
  expect(outcomes).toEqual(keys.map(() => 'resolved'))
  expect(await store.keys()).toEqual([...keys, 'other'])
}
