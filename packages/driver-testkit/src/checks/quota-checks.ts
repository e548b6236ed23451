import { type HoldfastError, mintVersion } from '@holdfast/core'
import { noise } from '../bytes.ts'
import type { ConformanceCheck } from '../conformance-check.ts'
import { sharedStore } from '../requirements.ts'
import type { ScopeHandle } from '../scope-handle.ts'
import { failureOf, outcomeOf } from '../settlement.ts'
import type { Expect } from '../test-runner.ts'
import { largeNumbers } from './large-numbers.ts'

export const quotaChecks: readonly ConformanceCheck[] = [
  {
    id: 'quota.to-the-byte',
    promises: ['9.1'],
    title: 'A commit may fill the quota to the last byte, and not one byte more.',
    async run({ store, expect }) {
      const quota = { maxBytes: 20 }
      expect(await outcomeOf(store.put('key', noise(18), { quota }))).toBe('QUOTA_EXCEEDED')
      expect(await outcomeOf(store.put('key', noise(17), { quota }))).toBe('resolved')
      expect(await outcomeOf(store.put('k', '', { quota }))).toBe('QUOTA_EXCEEDED')
    },
  },
  {
    id: 'quota.unit',
    promises: ['8.1', '9.1'],
    title: 'The quota counts as usage does: keys by their bytes in UTF-8.',
    async run({ store, expect }) {
      const quota = { maxBytes: 20 }
      await store.put('é', noise(8), { quota })
      expect(await outcomeOf(store.put('\u{1f600}', noise(7), { quota }))).toBe('QUOTA_EXCEEDED')
      expect(await outcomeOf(store.put('\u{1f600}', noise(6), { quota }))).toBe('resolved')
    },
  },
  {
    id: 'quota.error',
    promises: ['9.1'],
    title: 'QUOTA_EXCEEDED says how much may be held and how much it would have been.',
    async run({ store, expect }) {
      await store.put('old', noise(7))
      const call = store.put('new', noise(17), { quota: { maxBytes: 20 } })
      const { code, context } = (await failureOf(call)) as HoldfastError
      expect(code).toBe('QUOTA_EXCEEDED')
      expect(context).toEqual({ maxBytes: 20, neededBytes: 30 })
    },
  },
  {
    id: 'quota.refused-before-writing',
    promises: ['9.2'],
    title: 'A commit that the quota refuses leaves every entry, version and usage as it was.',
    async run({ store, expect }) {
      const version = await store.put('key', 'old')
      await store.put('goner', 'old')
      const before = await store.usage()
      const call = store.commit({
        puts: [store.putOf('key', noise(100)), store.putOf('other', noise(100))],
        deletes: [store.deleteOf('goner')],
        quota: { maxBytes: 50 },
      })
      expect(await outcomeOf(call)).toBe('QUOTA_EXCEEDED')
      expect(await store.keys()).toEqual(['goner', 'key'])
      expect(await store.text('key')).toBe('old')
      expect((await store.get('key'))?.version).toBe(version)
      expect(await store.usage()).toEqual(before)
    },
  },
  {
    id: 'quota.after-refusals',
    promises: ['9.2'],
    title: 'Commits that were refused, by the quota or by a check, take no room of it.',
    async run({ store, expect }) {
      const quota = { maxBytes: 20 }
      expect(await outcomeOf(store.put('big', noise(18), { quota }))).toBe('QUOTA_EXCEEDED')
      const checks = [store.checkOf('missing', mintVersion())]
      const late = store.commit({ checks, puts: [store.putOf('late', noise(9))], quota })
      expect(await outcomeOf(late)).toBe('VERSION_MISMATCH')
      expect(await outcomeOf(store.put('key', noise(17), { quota }))).toBe('resolved')
    },
  },
  {
    id: 'quota.over-both-stores',
    promises: ['9.1'],
    title: 'The quota is over both stores of the plugin together.',
    async run({ at, expect }) {
      const [storage, persistent] = [at({}), at({ store: 'persistent_store' })]
      const quota = { maxBytes: 20 }
      await storage.put('a', noise(9), { quota })
      expect(await outcomeOf(persistent.put('b', noise(10), { quota }))).toBe('QUOTA_EXCEEDED')
      expect(await outcomeOf(persistent.put('b', noise(9), { quota }))).toBe('resolved')
      const puts = [storage.putOf('a', noise(10)), persistent.putOf('b', noise(8))]
      expect(await outcomeOf(storage.commit({ puts, quota }))).toBe('resolved')
      expect(await outcomeOf(storage.put('c', '', { quota }))).toBe('QUOTA_EXCEEDED')
    },
  },
  {
    id: 'quota.of-one-plugin',
    promises: ['9.3'],
    title: 'What other plugins and other workspaces hold does not count.',
    async run({ at, store, expect }) {
      await at({ plugin: 'other' }).put('key', noise(1_000))
      await at({ workspace: 'other' }).put('key', noise(1_000))
      const call = store.put('key', noise(10), { quota: { maxBytes: 13 } })
      expect(await outcomeOf(call)).toBe('resolved')
    },
  },
  {
    id: 'quota.of-the-outcome',
    promises: ['9.3'],
    title: 'An overwrite counts for what it adds, and deletes make room for the puts beside them.',
    async run({ store, expect }) {
      const quota = { maxBytes: 20 }
      await store.put('a', noise(9), { quota })
      await store.put('b', noise(8), { quota })
      expect(await outcomeOf(store.put('b', noise(9), { quota }))).toBe('resolved')
      const swap = { puts: [store.putOf('c', noise(9))], deletes: [store.deleteOf('a')] }
      expect(await outcomeOf(store.commit({ ...swap, quota }))).toBe('resolved')
      const missing = { puts: [store.putOf('d', noise(9))], deletes: [store.deleteOf('a')] }
      expect(await outcomeOf(store.commit({ ...missing, quota }))).toBe('QUOTA_EXCEEDED')
    },
  },
  {
    id: 'quota.room-in-both-stores',
    promises: ['9.1', '9.3'],
    title: 'What is overwritten or deleted in one store makes room for puts in the other.',
    async run({ at, expect }) {
      const quota = { maxBytes: 20 }
      const [storage, persistent] = [at({}), at({ store: 'persistent_store' })]
      await storage.put('a', noise(19))
      for (const [from, to] of [
        [storage, persistent],
        [persistent, storage],
      ] as const) {
        const deletes = [from.deleteOf('a')]
        const move = from.commit({ puts: [to.putOf('a', noise(18))], deletes, quota })
        expect(await outcomeOf(move)).toBe('resolved')
        expect(await outcomeOf(to.put('a', noise(19), { quota }))).toBe('resolved')
        const puts = [to.putOf('a', noise(9)), from.putOf('b', noise(9))]
        expect(await outcomeOf(from.commit({ puts, quota }))).toBe('resolved')
        const deleteAndGrow = { puts: [to.putOf('a', noise(19))], deletes: [from.deleteOf('b')] }
        expect(await outcomeOf(from.commit({ ...deleteAndGrow, quota }))).toBe('resolved')
      }
    },
  },
  {
    id: 'quota.of-all-puts',
    promises: ['9.1', '9.3'],
    title: 'All puts of a commit count together, in one store or in both.',
    async run({ at, expect }) {
      const quota = { maxBytes: 20 }
      const [storage, persistent] = [at({}), at({ store: 'persistent_store' })]
      for (const other of [storage, persistent]) {
        const puts = [storage.putOf('a', noise(9)), other.putOf('b', noise(10))]
        expect(await outcomeOf(storage.commit({ puts, quota }))).toBe('QUOTA_EXCEEDED')
      }
    },
  },
  {
    id: 'quota.shrinking',
    promises: ['9.4'],
    title: 'Where more is held than the quota, a commit that adds nothing is still allowed.',
    async run({ store, expect }) {
      await store.put('a', noise(99))
      await store.put('b', noise(99))
      const quota = { maxBytes: 20 }
      expect(await outcomeOf(store.put('a', noise(100), { quota }))).toBe('QUOTA_EXCEEDED')
      expect(await outcomeOf(store.put('a', noise(99), { quota }))).toBe('resolved')
      expect(await outcomeOf(store.put('a', noise(50), { quota }))).toBe('resolved')
      expect(await outcomeOf(store.put('a', noise(51), { quota }))).toBe('QUOTA_EXCEEDED')
      const deletes = [store.deleteOf('b')]
      expect(await outcomeOf(store.commit({ deletes, quota }))).toBe('resolved')
      expect(await store.usage()).toEqual({ entries: 1, bytes: 51 })
    },
  },
  {
    id: 'quota.none-and-zero',
    promises: ['9.6'],
    title: 'A quota of null bounds nothing; one of 0 bytes still lets a plugin read and delete.',
    async run({ store, expect }) {
      expect(await outcomeOf(store.put('key', noise(100_000), { quota: null }))).toBe('resolved')
      const quota = { maxBytes: 0 }
      expect(await outcomeOf(store.put('k', '', { quota }))).toBe('QUOTA_EXCEEDED')
      expect(await outcomeOf(store.commit({ quota }))).toBe('resolved')
      const deletes = [store.deleteOf('key')]
      expect(await outcomeOf(store.commit({ deletes, quota }))).toBe('resolved')
      expect(await store.keys()).toEqual([])
    },
  },
  {
    id: 'quota.large',
    promises: ['9.1'],
    title: 'A quota of more bytes than 32 bits can count lets a commit through.',
    async run({ store, expect }) {
      for (const maxBytes of largeNumbers) {
        const outcome = await outcomeOf(store.put(`${maxBytes}`, '', { quota: { maxBytes } }))
        expect([maxBytes, outcome]).toEqual([maxBytes, 'resolved'])
      }
    },
  },
  {
    id: 'quota.together',
    promises: ['6.2', '9.5'],
    title: 'Many commits at once do not get past the quota that each alone would fit.',
    async run({ at, expect }) {
      await expectQuotaHeld([at({}), at({ store: 'persistent_store' })], expect)
    },
  },
  {
    id: 'quota.together-shared',
    promises: ['6.2', '9.5'],
    title: 'Commits through several drivers at once do not get past the quota either.',
    needs: [sharedStore],
    async run({ at, openDriver, expect }) {
      const other = await openDriver()
      await expectQuotaHeld([at({}), at({ store: 'persistent_store' }, other)], expect)
    },
  },
]

/** Of 24 commits of 10 bytes at once in two stores, a quota of 100 bytes lets 10 through. */
async function expectQuotaHeld(stores: readonly ScopeHandle[], expect: Expect): Promise<void> {
  const calls = Array.from({ length: 12 }, (_, index) =>
    stores.map((store) =>
      outcomeOf(store.put(`${index + 10}`, noise(8), { quota: { maxBytes: 100 } })),
    ),
  )
  const outcomes = await Promise.all(calls.flat())
  expect(outcomes.filter((outcome) => outcome === 'resolved').length).toBe(10)
  expect(outcomes.filter((outcome) => outcome === 'QUOTA_EXCEEDED').length).toBe(14)
  const usages = await Promise.all(stores.map((store) => store.usage()))
  expect(usages.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(100)
}
