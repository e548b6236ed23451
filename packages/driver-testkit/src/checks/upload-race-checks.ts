import type { StorageDriver } from '@holdfast/core'
import { cut } from '../bodies.ts'
import { noise } from '../bytes.ts'
import type { ConformanceCheck } from '../conformance-check.ts'
import { HeldUpload } from '../held-upload.ts'
import { movableClock, sharedStore, streams } from '../requirements.ts'
import type { UploadOptions } from '../scope-handle.ts'
import { outcomeOf } from '../settlement.ts'
import type { TestBench } from '../test-bench.ts'

const size = 100_000

/** Lets one of two values of `size` bytes in, and a little more. */
const quota = { maxBytes: 2 * size - 1 }

/** What uploads come to that end at once, or during which something else happens. */
export const uploadRaceChecks: readonly ConformanceCheck[] = [
  {
    id: 'streams.expected-together',
    promises: ['7.4', '20.5'],
    title: 'Of two uploads with one check that end at once, one is applied.',
    needs: [streams],
    run: (bench) => expectOneUpload(bench, bench.driver, { expected: null }, 'VERSION_MISMATCH'),
  },
  {
    id: 'streams.expected-together-shared',
    promises: ['7.4', '20.5'],
    title: 'Of two uploads through two drivers with one check that end at once, one is applied.',
    needs: [streams, sharedStore],
    async run(bench) {
      const other = await bench.openDriver()
      await expectOneUpload(bench, other, { expected: null }, 'VERSION_MISMATCH')
    },
  },
  {
    id: 'streams.quota-together',
    promises: ['9.5', '20.5'],
    title: 'Two uploads that end at once do not get past the quota that each alone would fit.',
    needs: [streams],
    run: (bench) => expectOneUpload(bench, bench.driver, { quota }, 'QUOTA_EXCEEDED'),
  },
  {
    id: 'streams.quota-together-shared',
    promises: ['9.5', '20.5'],
    title: 'Two uploads through two drivers that end at once do not get past the quota either.',
    needs: [streams, sharedStore],
    async run(bench) {
      await expectOneUpload(bench, await bench.openDriver(), { quota }, 'QUOTA_EXCEEDED')
    },
  },
  {
    id: 'streams.quota-meanwhile',
    promises: ['20.3', '20.5'],
    title: 'An upload takes no room from others before its end.',
    needs: [streams],
    async run(bench) {
      const { store, at, expect } = bench
      await using upload = await HeldUpload.begin(bench, store, 'key', noise(size), { quota })
      const other = at({ store: 'persistent_store' })
      const value = noise(quota.maxBytes - 1)
      expect(await outcomeOf(other.put('a', value, { quota }))).toBe('resolved')
      await other.delete('a')
      expect(await outcomeOf(other.upload('b', cut(value), { quota }))).toBe('resolved')
      await other.delete('b')
      expect(await upload.finish()).toBe('resolved')
    },
  },
  {
    id: 'streams.created-meanwhile',
    promises: ['3.2', '20.3'],
    title: 'createdAt of an upload goes by what is there when its body has ended.',
    needs: [streams, movableClock],
    async run(bench) {
      const { store, clock, expect } = bench
      await store.putMany(['gone', 'kept'])
      const began = clock.now()
      await using anew = await HeldUpload.begin(bench, store, 'gone', noise(size))
      await using over = await HeldUpload.begin(bench, store, 'kept', noise(size))
      await using late = await HeldUpload.begin(bench, store, 'late', noise(size))
      await store.delete('gone')
      clock.advance(1_000)
      await store.put('late')
      clock.advance(1_000)
      for (const upload of [anew, over, late]) expect(await upload.finish()).toBe('resolved')
      const entries = await store.getMany(['gone', 'kept', 'late'])
      const times = entries.map((entry) => entry && entry.createdAt - began)
      expect(times).toEqual([2_000, 0, 1_000])
    },
  },
]

/** Two uploads of two stores, or of one key where they have a check, end at once; one is refused. */
async function expectOneUpload(
  bench: TestBench,
  other: StorageDriver,
  options: UploadOptions,
  refusal: string,
): Promise<void> {
  const { at, expect } = bench
  const store = options.expected === undefined ? 'persistent_store' : 'storage'
  const stores = [at({}), at({ store }, other)] as const
  for (let round = 0; round < 5; round++) {
    await using one = await HeldUpload.begin(bench, stores[0], 'key', noise(size, 1), options)
    await using two = await HeldUpload.begin(bench, stores[1], 'key', noise(size, 2), options)
    const outcomes = await Promise.all([one.finish(), two.finish()])
    expect(outcomes.toSorted()).toEqual([refusal, 'resolved'])
    const there = await Promise.all(stores.map((each) => each.get('key')))
    const winner = outcomes[0] === 'resolved' ? one : two
    const versions = new Set(there.flatMap((entry) => entry?.version ?? []))
    expect([...versions]).toEqual([winner.version])
    for (const each of stores) await each.clear()
  }
}
