import { type Entry, limits, mintVersion, type Put, storeNames } from '@holdfast/core'
import { differenceOf, noise } from '../bytes.ts'
import type { ConformanceCheck } from '../conformance-check.ts'
import { readWhile } from '../read-while.ts'
import { outcomeOf } from '../settlement.ts'

/** A time that has not come by any clock that a driver goes by. */
const distantFuture = Date.UTC(2200, 0)

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
      await storage.putMany(['a', 'kept', 'old'])
      await persistent.putMany(['b', 'kept', 'old'])
      const call = storage.commit({
        puts: [storage.putOf('b'), persistent.putOf('a'), storage.putOf('new')],
        deletes: [storage.deleteOf('a'), persistent.deleteOf('b'), storage.deleteOf('old')],
      })
      expect(await outcomeOf(call)).toBe('resolved')
      expect(await storage.keys()).toEqual(['b', 'kept', 'new'])
      expect(await persistent.keys()).toEqual(['a', 'kept', 'old'])
    },
  },
  {
    id: 'commit.each-put',
    promises: ['3.3', '6.4'],
    title: 'Each put of a commit has its own value, version, expiry and content type.',
    async run({ store, driver, expect }) {
      const count = driver.capabilities.maxCommitEntries
      const someKeys = Array.from({ length: count / 2 }, (_, index) => `${index * 2}`)
      await store.putMany(someKeys, 'old')
      const puts = Array.from({ length: count }, (_, index) =>
        store.putOf(`${index}`, `value ${index}`, {
          store: storeNames[Math.floor(index / 3) % 2] ?? 'storage',
          expiresAt: index % 7 === 3 ? null : distantFuture + index,
          contentType: index % 5 === 2 ? null : `text/${index}`,
        }),
      )
      expect(await outcomeOf(store.commit({ puts }))).toBe('resolved')
      for (const name of storeNames) {
        const written = puts.filter((put) => put.store === name)
        const scope = { ...store.scope, store: name }
        const entries = await driver.get(
          scope,
          written.map(({ key }) => key),
        )
        expect(entries.map((entry) => entry && whatWasPut(entry))).toEqual(written.map(whatWasPut))
      }
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
      expect(await outcomeOf(store.commit({}))).toBe('resolved')
      expect(await store.keys()).toEqual([])
      const version = await store.put('key')
      expect(await outcomeOf(store.commit({}))).toBe('resolved')
      expect((await store.get('key'))?.version).toBe(version)
    },
  },
  {
    id: 'commit.delete-missing',
    promises: ['6.4'],
    title: 'To delete what is not there is no error, and changes nothing.',
    async run({ store, expect }) {
      await store.put('key')
      expect(await outcomeOf(store.delete('missing', 'ke', 'keys'))).toBe('resolved')
      expect(await store.keys()).toEqual(['key'])
      await store.delete('key')
      expect(await outcomeOf(store.delete('key'))).toBe('resolved')
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
      const puts = keys.map((key) => store.putOf(key))
      expect(await outcomeOf(store.commit({ puts }))).toBe('resolved')
      expect(await store.keys()).toEqual(keys)
      expect(await outcomeOf(store.delete(...keys))).toBe('resolved')
      expect(await store.keys()).toEqual([])
    },
  },
  {
    id: 'commit.most-bytes',
    promises: ['6.1', '19.3'],
    title: 'A commit of maxCommitBytes is applied, to its last byte.',
    async run({ store, driver, expect }) {
      const { maxCommitBytes } = driver.capabilities
      const value = noise(Math.ceil(maxCommitBytes / 8))
      const keys = Array.from({ length: 8 }, (_, index) => `${index}`)
      const rest = value.subarray(0, maxCommitBytes - 7 * value.byteLength)
      const puts = keys.map((key) => store.putOf(key, key === '7' ? rest : value))
      expect(await outcomeOf(store.commit({ puts }))).toBe('resolved')
      for (const { key, value: written } of puts) {
        expect([key, differenceOf((await store.get(key))?.value, written)]).toEqual([key, null])
      }
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
      const written = (async () => {
        for (let round = 0; round < 50; round++) await store.putMany(['a', 'b'], `${round}`)
      })()
      await readWhile(written, async () => {
        const [a, b] = await store.getMany(['a', 'b'])
        expect(differenceOf(a?.value, b?.value ?? new Uint8Array())).toBe(null)
      })
    },
  },
  {
    id: 'commit.most-entries-to-readers',
    promises: ['6.3'],
    title: 'A get of many keys sees all of a commit of as many or nothing of it.',
    async run({ store, driver, expect }) {
      const count = Math.min(driver.capabilities.maxCommitEntries, limits.maxGetKeys)
      const keys = Array.from({ length: count }, (_, index) => `${index}`)
      await store.putMany(keys, 'first')
      const written = (async () => {
        for (let round = 0; round < 4; round++) {
          await store.putMany(keys, `${round}`)
          if (round % 2 === 1) await store.delete(...keys)
        }
      })()
      const read = async (): Promise<void> => {
        const entries = await store.getMany(keys)
        const seen = new Set(entries.map((entry) => new TextDecoder().decode(entry?.value)))
        expect(seen.size).toBe(1)
      }
      await readWhile(written, read, { readers: 2, readsPerTurn: 4 })
    },
  },
  {
    id: 'commit.refused-unseen',
    promises: ['6.1'],
    title:
      'Nobody sees what a commit would write that is refused, not while it is on its way either.',
    async run({ store, expect }) {
      await store.put('key', 'old')
      for (let round = 0; round < 10; round++) {
        const checks = [store.checkOf('key', mintVersion())]
        const puts = [store.putOf('key', 'new')]
        const refused = outcomeOf(store.commit({ checks, puts }))
        expect(await store.text('key')).toBe('old')
        expect(await refused).toBe('VERSION_MISMATCH')
      }
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

/** What an entry has from its put, in a form to compare. */
function whatWasPut(entry: Entry | Put): object {
  const { key, value, version, expiresAt, contentType } = entry
  return { key, value: new TextDecoder().decode(value), version, expiresAt, contentType }
}
