import { limits, mintVersion, parseVersion } from '@holdfast/core'
import type { ConformanceCheck } from '../conformance-check.ts'
import { movableClock } from '../requirements.ts'
import { outcomeOf } from '../settlement.ts'

/** A time that has not come by any clock that a driver goes by. */
const distantFuture = Date.UTC(2200, 0)

export const entriesChecks: readonly ConformanceCheck[] = [
  {
    id: 'entries.metadata',
    promises: ['3.1'],
    title: 'An entry has its key, size, version, times, expiry and content type.',
    needs: [movableClock],
    async run({ store, clock, expect }) {
      const expiresAt = clock.now() + 60_000
      const version = await store.put('key', 'value', { expiresAt, contentType: 'text/plain' })
      const times = { createdAt: clock.now(), updatedAt: clock.now(), expiresAt }
      const metadata = { key: 'key', size: 5, version, contentType: 'text/plain', ...times }
      clock.advance(1_000)
      expect(metadataOf(await store.get('key'))).toEqual(metadata)
      expect(metadataOf((await store.listAll())[0])).toEqual(metadata)
      expect(metadataOf((await store.listAll({ keysOnly: true }))[0])).toEqual(metadata)
    },
  },
  {
    id: 'entries.overwrite',
    promises: ['3.2', '3.3'],
    title: 'An overwrite keeps createdAt and replaces all else, expiry and content type too.',
    needs: [movableClock],
    async run({ store, clock, expect }) {
      const createdAt = clock.now()
      await store.put('key', 'old', { expiresAt: createdAt + 60_000, contentType: 'text/plain' })
      clock.advance(1_000)
      const version = await store.put('key', 'newer')
      expect(metadataOf(await store.get('key'))).toEqual({
        key: 'key',
        size: 5,
        version,
        createdAt,
        updatedAt: createdAt + 1_000,
        expiresAt: null,
        contentType: null,
      })
    },
  },
  {
    id: 'entries.of-any-size',
    promises: ['3.1', '3.3'],
    title: 'Metadata is that of the last write, whether the value is small or large.',
    async run({ store, expect }) {
      for (const [index, size] of [10, 200_000, 0, 1_000_000, 10].entries()) {
        const written = { contentType: `text/${index}`, expiresAt: distantFuture + index }
        const version = await store.put('key', new Uint8Array(size), written)
        for (const entry of [await store.get('key'), (await store.listAll())[0]]) {
          const { contentType, expiresAt } = entry ?? {}
          expect({ contentType, expiresAt }).toEqual(written)
          expect([entry?.size, entry?.version]).toEqual([size, version])
        }
      }
    },
  },
  {
    id: 'entries.expiry-as-given',
    promises: ['3.3'],
    title: 'An expiry comes back to the millisecond, however far away it is.',
    async run({ store, expect }) {
      for (const expiresAt of [distantFuture + 1, 8.64e15 + 1, Number.MAX_SAFE_INTEGER]) {
        expect(await outcomeOf(store.put('key', 'value', { expiresAt }))).toBe('resolved')
        expect((await store.get('key'))?.expiresAt).toBe(expiresAt)
      }
    },
  },
  {
    id: 'entries.same-bytes',
    promises: ['3.2', '3.3'],
    title: 'To write the bytes that are there is to write: version and updatedAt are new.',
    needs: [movableClock],
    async run({ store, clock, expect }) {
      const createdAt = clock.now()
      await store.put('key', 'same', { contentType: 'text/plain' })
      clock.advance(1_000)
      const version = await store.put('key', 'same', { contentType: 'text/plain' })
      const entry = await store.get('key')
      expect(entry?.version).toBe(version)
      expect([entry?.createdAt, entry?.updatedAt]).toEqual([createdAt, createdAt + 1_000])
    },
  },
  {
    id: 'entries.of-one-commit',
    promises: ['3.2'],
    title: 'Of the entries of one commit, each has the createdAt of its own key.',
    needs: [movableClock],
    async run({ at, clock, expect }) {
      const [storage, persistent] = [at({}), at({ store: 'persistent_store' })]
      const expected = { a: clock.now() + 1_000, b: clock.now(), c: clock.now() + 2_000 }
      await storage.put('b')
      clock.advance(1_000)
      await storage.put('a')
      await persistent.put('c')
      clock.advance(1_000)
      await storage.putMany(['c', 'b', 'a'])
      const entries = await storage.getMany(['a', 'b', 'c'])
      const created = entries.map((entry) => [entry?.key, entry?.createdAt])
      expect(Object.fromEntries(created)).toEqual(expected)
      for (const entry of entries) expect(entry?.updatedAt).toBe(clock.now())
    },
  },
  {
    id: 'entries.created-again',
    promises: ['3.2'],
    title: 'A write after a delete begins a new entry, with a new createdAt.',
    needs: [movableClock],
    async run({ store, clock, expect }) {
      await store.put('key')
      await store.delete('key')
      clock.advance(1_000)
      await store.put('key')
      expect((await store.get('key'))?.createdAt).toBe(clock.now())
    },
  },
  {
    id: 'entries.content-type',
    promises: ['3.3'],
    title: `A content type of up to ${limits.maxContentTypeLength} characters comes back as it was.`,
    async run({ store, expect }) {
      const longest = `text/${'x'.repeat(limits.maxContentTypeLength - 5)}`
      for (const contentType of ['Image/PNG', 'text/plain; charset="utf-8"', longest, null]) {
        await store.put('key', 'value', { contentType })
        expect((await store.get('key'))?.contentType).toBe(contentType)
      }
    },
  },
  {
    id: 'entries.version-as-given',
    promises: ['3.4'],
    title: 'An entry bears the version that its writer minted.',
    async run({ store, expect }) {
      const texts = ['v', 'V', '1', '01', '-', '_', 'x'.repeat(64), mintVersion()]
      for (const version of texts.map(parseVersion)) {
        await store.put('key', 'value', { version })
        expect((await store.get('key'))?.version).toBe(version)
        expect((await store.listAll())[0]?.version).toBe(version)
      }
    },
  },
  {
    id: 'entries.versions-compare-exactly',
    promises: ['3.4'],
    title: 'Versions that differ in case, that match or that are equal as numbers are different.',
    async run({ store, expect }) {
      for (const pair of ['abc ABC', '1 01', 'a-b a_b', 'ab abc', '10 1e1', '-0 0']) {
        const [version, other] = pair.split(' ').map(parseVersion)
        if (version === undefined || other === undefined) continue
        await store.put('key', 'value', { version })
        const checks = [store.checkOf('key', other)]
        expect([pair, await outcomeOf(store.commit({ checks }))]).toEqual([
          pair,
          'VERSION_MISMATCH',
        ])
      }
    },
  },
  {
    id: 'entries.version-gone',
    promises: ['3.5'],
    title: 'The version of an entry that was overwritten or deleted is never seen again.',
    async run({ store, expect }) {
      const versions = [await store.put('key', 'same'), await store.put('key', 'same')]
      await store.delete('key')
      versions.push(await store.put('key', 'same'))
      await store.clear()
      const newest = await store.put('key', 'same')
      expect((await store.get('key'))?.version).toBe(newest)
      for (const version of versions) {
        const checks = [store.checkOf('key', version)]
        expect(await outcomeOf(store.commit({ checks }))).toBe('VERSION_MISMATCH')
      }
    },
  },
]

function metadataOf(entry: object | null | undefined): object {
  const { value: _, ...metadata } = { value: null, ...entry }
  return metadata
}
