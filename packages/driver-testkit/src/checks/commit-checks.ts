import { mintVersion } from '@holdfast/core'
import { differenceOf } from '../bytes.ts'
import type { ConformanceCheck } from '../conformance-check.ts'
import { outcomeOf, turnOfEventLoop } from '../settlement.ts'

export const commitChecks: readonly ConformanceCheck[] = [
  {
    id: 'commit.put',
    promises: ['6.4'],
    title: 'A put writes an entry, new or in place of the one that was there.',
    async run({ store, expect }) {
      for (const value of ['first', 'second', 'second', 'third']) {
        const version = await store.put('key', value)
        expect(await store.text('key')).toBe(value)
        expect((await store.get('key'))?.version).toBe(version)
        expect(await store.keys()).toEqual(['key'])
      }
    },
  },
  {
    id: 'commit.delete',
    promises: ['6.4'],
    title: 'A delete removes the entry, and no other.',
    async run({ store, expect }) {
      await store.putMany(['a', 'b', 'c', 'd'])
      await store.delete('a', 'c')
      const entries = await store.getMany(['a', 'b', 'c', 'd'])
      expect(entries.map((entry) => entry?.key ?? null)).toEqual([null, 'b', null, 'd'])
      expect(await store.keys()).toEqual(['b', 'd'])
      expect((await store.usage()).entries).toBe(2)
    },
  },
  {
    id: 'commit.both-stores',
    promises: ['6.1'],
    title: 'One commit puts and deletes in both stores of a plugin.',
    async run({ at, expect }) {
      const [storage, persistent] = [at({}), at({ store: 'persistent_store' })]
      await storage.putMany(['old', 'kept'])
      await persistent.putMany(['old', 'kept'])
      await storage.commit({
        puts: [storage.putOf('new'), persistent.putOf('new')],
        deletes: [storage.deleteOf('old'), persistent.deleteOf('old')],
      })
      expect(await storage.keys()).toEqual(['kept', 'new'])
      expect(await persistent.keys()).toEqual(['kept', 'new'])
    },
  },
  {
    id: 'commit.nothing-of-refused',
    promises: ['6.1'],
    title: 'Nothing of a refused commit is applied, in either store.',
    async run({ at, expect }) {
      const [storage, persistent] = [at({}), at({ store: 'persistent_store' })]
      await storage.put('key', 'old')
      await persistent.put('key', 'old')
      const change = {
        puts: [storage.putOf('key', 'new'), storage.putOf('other'), persistent.putOf('other')],
        deletes: [persistent.deleteOf('key')],
      }
      const checks = [persistent.checkOf('key', mintVersion())]
      expect(await outcomeOf(storage.commit({ ...change, checks }))).toBe('VERSION_MISMATCH')
      const quota = { maxBytes: 10 }
      expect(await outcomeOf(storage.commit({ ...change, quota }))).toBe('QUOTA_EXCEEDED')
      for (const store of [storage, persistent]) {
        expect(await store.keys()).toEqual(['key'])
        expect(await store.text('key')).toBe('old')
        expect(await store.usage()).toEqual({ entries: 1, bytes: 6 })
      }
    },
  },
  {
    id: 'commit.empty',
    promises: ['6.5'],
    title: 'A commit of nothing resolves and changes nothing.',
    async run({ store, expect }) {
      await store.commit({})
      expect(await store.keys()).toEqual([])
      const version = await store.put('key')
      await store.commit({})
      expect((await store.get('key'))?.version).toBe(version)
    },
  },
  {
    id: 'commit.delete-missing',
    promises: ['6.4'],
    title: 'To delete what is not there is no error, and changes nothing.',
    async run({ store, expect }) {
      await store.put('key')
      await store.delete('missing', 'ke', 'keys')
      expect(await store.keys()).toEqual(['key'])
      await store.delete('key')
      await store.delete('key')
      expect(await store.get('key')).toBe(null)
      expect(await store.keys()).toEqual([])
    },
  },
  {
    id: 'commit.key-once',
    promises: ['6.6'],
    title: 'A key that is changed twice in one store is refused with INVALID_ARGUMENT.',
    async run({ store, expect }) {
      const [put, other, gone] = [store.putOf('key'), store.putOf('key'), store.deleteOf('key')]
      for (const change of [
        { puts: [put, other] },
        { puts: [put], deletes: [gone] },
        { deletes: [gone, gone] },
      ]) {
        expect(await outcomeOf(store.commit(change))).toBe('INVALID_ARGUMENT')
      }
      expect(await store.keys()).toEqual([])
      const elsewhere = store.putOf('key', 'value', { store: 'persistent_store' })
      expect(await outcomeOf(store.commit({ puts: [put, elsewhere] }))).toBe('resolved')
    },
  },
  {
    id: 'commit.most-entries',
    promises: ['19.3'],
    title: 'A commit changes as many keys as maxCommitEntries says.',
    async run({ store, driver, expect }) {
      const count = driver.capabilities.maxCommitEntries
      const keys = Array.from({ length: count }, (_, index) => `${index}`.padStart(6, '0'))
      await store.commit({ puts: keys.map((key) => store.putOf(key)) })
      expect(await store.keys()).toEqual(keys)
      await store.delete(...keys)
      expect(await store.keys()).toEqual([])
    },
  },
  {
    id: 'commit.too-many-entries',
    promises: ['6.6'],
    title: 'More than maxCommitEntries changes are refused with COMMIT_TOO_LARGE.',
    async run({ store, driver, expect }) {
      const count = driver.capabilities.maxCommitEntries
      const puts = Array.from({ length: count }, (_, index) => store.putOf(`key ${index}`))
      const deletes = [store.deleteOf('one more')]
      expect(await outcomeOf(store.commit({ puts, deletes }))).toBe('COMMIT_TOO_LARGE')
      expect(await store.keys()).toEqual([])
    },
  },
  {
    id: 'commit.too-many-checks',
    promises: ['6.6'],
    title: 'A commit has as many checks as maxCommitEntries, and is refused with more.',
    async run({ store, driver, expect }) {
      const count = driver.capabilities.maxCommitEntries
      const checks = Array.from({ length: count }, (_, index) => store.checkOf(`${index}`, null))
      const puts = [store.putOf('key')]
      expect(await outcomeOf(store.commit({ checks, puts }))).toBe('resolved')
      const oneMore = store.commit({ checks: [...checks, store.checkOf('more', null)], puts })
      expect(await outcomeOf(oneMore)).toBe('COMMIT_TOO_LARGE')
    },
  },
  {
    id: 'commit.whole-to-readers',
    promises: ['6.3'],
    title: 'A get of several keys sees all of a commit or nothing of it.',
    async run({ store, expect }) {
      await store.putMany(['a', 'b'], 'first')
      const progress = { isOver: false }
      const write = async (): Promise<void> => {
        for (let round = 0; round < 50; round++) await store.putMany(['a', 'b'], `${round}`)
      }
      // Each reader has a rhythm of its own, so that they do not all miss the same moment, and each
      // lets go of the event loop, without which a driver that reads at once would never write.
      const read = async (pauses: number): Promise<void> => {
        while (!progress.isOver) {
          for (let turn = 0; turn < 50; turn++) {
            const [a, b] = await store.getMany(['a', 'b'])
            expect(differenceOf(a?.value, b?.value ?? new Uint8Array())).toBe(null)
            for (let pause = 0; pause < pauses; pause++) await Promise.resolve()
          }
          await turnOfEventLoop()
        }
      }
      const written = write().finally(() => {
        progress.isOver = true
      })
      await Promise.all([written, ...[0, 1, 2, 3].map(read)])
    },
  },
  {
    id: 'commit.side-by-side',
    promises: ['6.7'],
    title: 'Commits of different keys at once all arrive.',
    async run({ store, expect }) {
      const keys = Array.from({ length: 100 }, (_, index) => `${index}`.padStart(3, '0'))
      await Promise.all(keys.map((key) => store.put(key, `of ${key}`)))
      expect(await store.keys()).toEqual(keys)
      for (const key of keys) expect(await store.text(key)).toBe(`of ${key}`)
    },
  },
  {
    id: 'commit.goes-on',
    promises: ['6.7'],
    title: 'A refused commit holds up none of those around it.',
    async run({ store, expect }) {
      const checks = [store.checkOf('missing', mintVersion())]
      const outcomes = await Promise.all(
        Array.from({ length: 30 }, (_, index) => {
          const puts = [store.putOf(`${index}`.padStart(2, '0'))]
          return outcomeOf(store.commit(index % 3 === 0 ? { puts, checks } : { puts }))
        }),
      )
      const refused = outcomes.filter((outcome) => outcome === 'VERSION_MISMATCH')
      const resolved = outcomes.filter((outcome) => outcome === 'resolved')
      expect([refused.length, resolved.length]).toEqual([10, 20])
      expect((await store.keys()).length).toBe(20)
    },
  },
]
