import { type HoldfastError, mintVersion, storeNames, type Version } from '@holdfast/core'
import { differenceOf } from '../bytes.ts'
import type { ConformanceCheck } from '../conformance-check.ts'
import type { ScopeHandle } from '../scope-handle.ts'
import { failureOf, outcomeOf } from '../settlement.ts'
import type { Expect } from '../test-runner.ts'
import { raceChecks } from './race-checks.ts'

/** A time that has not come by any clock that a driver goes by. */
const distantFuture = Date.UTC(2200, 0)

export const compareAndSetChecks: readonly ConformanceCheck[] = [
  {
    id: 'compare-and-set.version',
    promises: ['7.1'],
    title: 'A commit whose check names the version that is there is applied.',
    async run({ store, expect }) {
      const version = await store.put('key', 'old')
      const checks = [store.checkOf('key', version)]
      const puts = [store.putOf('key', 'new')]
      expect(await outcomeOf(store.commit({ checks, puts }))).toBe('resolved')
      expect(await store.text('key')).toBe('new')
    },
  },
  {
    id: 'compare-and-set.absence',
    promises: ['7.1'],
    title: 'A commit whose check names absence is applied where there is no entry.',
    async run({ store, expect }) {
      const checks = [store.checkOf('key', null)]
      for (const value of ['first', 'second']) {
        const puts = [store.putOf('key', value)]
        expect(await outcomeOf(store.commit({ checks, puts }))).toBe('resolved')
        expect(await store.text('key')).toBe(value)
        await store.delete('key')
      }
    },
  },
  {
    id: 'compare-and-set.mismatch',
    promises: ['7.2'],
    title: 'A check that fails rejects with VERSION_MISMATCH and says what was and what is there.',
    async run({ store, expect }) {
      const [current, wrong] = [await store.put('key', 'old'), mintVersion()]
      await expectMismatch(store, expect, 'key', wrong, current)
      await expectMismatch(store, expect, 'key', null, current)
      await expectMismatch(store, expect, 'missing', wrong, null)
      expect(await store.keys()).toEqual(['key'])
      expect(await store.text('key')).toBe('old')
    },
  },
  {
    id: 'compare-and-set.first-named',
    promises: ['7.2'],
    title: 'Of several checks that fail, the error names the first.',
    async run({ at, expect }) {
      const [storage, persistent] = [at({}), at({ store: 'persistent_store' })]
      const version = await storage.put('b')
      await persistent.put('b')
      const holds = storage.checkOf('b', version)
      const fails = [persistent.checkOf('b', null), storage.checkOf('a', mintVersion())]
      for (const checks of [fails, fails.toReversed()]) {
        const call = storage.commit({ checks: [holds, ...checks] })
        expect(await outcomeOf(call)).toBe('VERSION_MISMATCH')
        expect(await keyOfFailure(call)).toEqual([checks[0]?.store, checks[0]?.key])
      }
    },
  },
  {
    id: 'compare-and-set.each-check',
    promises: ['7.1', '7.2'],
    title: 'Each check of a commit counts, wherever it stands and however many there are.',
    async run({ store, driver, expect }) {
      const count = driver.capabilities.maxCommitEntries
      const keys = Array.from({ length: count }, (_, index) => `${index}`)
      const puts = keys.map((key, index) =>
        store.putOf(key, '', { store: storeNames[Math.floor(index / 2) % 2] ?? 'storage' }),
      )
      const entries = puts.filter((_, index) => index % 3 > 0)
      await store.commit({ puts: entries })
      const present = new Set(entries)
      const checks = puts.map((put) =>
        store.checkOf(put.key, present.has(put) ? put.version : null, put.store),
      )
      const marker = [store.putOf('marker')]
      for (const place of [0, 1, 2, 3, 4, 5, 9, 10, 49, 50, 99, 498, 499, count - 2, count - 1]) {
        const { key, version, store: name } = checks[place] ?? store.checkOf('none', null)
        const wrong = place % 2 === 0 || version === null ? mintVersion() : null
        const failing = checks.with(place, store.checkOf(key, wrong, name))
        const call = store.commit({ checks: failing, puts: marker })
        expect([place, await outcomeOf(call)]).toEqual([place, 'VERSION_MISMATCH'])
        expect(await keyOfFailure(call)).toEqual([name, key])
      }
      expect(await outcomeOf(store.commit({ checks, puts: marker }))).toBe('resolved')
    },
  },
  {
    id: 'compare-and-set.other-keys',
    promises: ['7.1'],
    title: 'A check may be about a key that the commit does not change, in either store.',
    async run({ at, expect }) {
      const [storage, persistent] = [at({}), at({ store: 'persistent_store' })]
      const version = await persistent.put('lock')
      const puts = [storage.putOf('key')]
      const held = storage.commit({ checks: [persistent.checkOf('lock', version)], puts })
      expect(await outcomeOf(held)).toBe('resolved')
      expect(await storage.keys()).toEqual(['key'])
      await persistent.put('lock')
      const stale = storage.commit({ checks: [persistent.checkOf('lock', version)], puts })
      expect(await outcomeOf(stale)).toBe('VERSION_MISMATCH')
    },
  },
  {
    id: 'compare-and-set.alone',
    promises: ['6.5'],
    title: 'A commit of checks alone says whether they hold, and changes nothing.',
    async run({ store, expect }) {
      const version = await store.put('key')
      const holding = [store.checkOf('key', version), store.checkOf('other', null)]
      expect(await outcomeOf(store.commit({ checks: holding }))).toBe('resolved')
      const checks = [store.checkOf('key', version), store.checkOf('other', version)]
      expect(await outcomeOf(store.commit({ checks }))).toBe('VERSION_MISMATCH')
      expect((await store.get('key'))?.version).toBe(version)
    },
  },
  {
    id: 'compare-and-set.guarded-delete',
    promises: ['7.1'],
    title: 'A check guards a delete like a put.',
    async run({ store, expect }) {
      const old = await store.put('key')
      const version = await store.put('key')
      const deletes = [store.deleteOf('key')]
      const stale = store.commit({ checks: [store.checkOf('key', old)], deletes })
      expect(await outcomeOf(stale)).toBe('VERSION_MISMATCH')
      expect(await store.keys()).toEqual(['key'])
      const guarded = store.commit({ checks: [store.checkOf('key', version)], deletes })
      expect(await outcomeOf(guarded)).toBe('resolved')
      expect(await store.keys()).toEqual([])
    },
  },
  {
    id: 'compare-and-set.equal-bytes',
    promises: ['7.3'],
    title: 'A check is about the version: an entry written back with the same bytes is another.',
    async run({ store, expect }) {
      const seen = await store.put('key', 'same')
      await store.put('key', 'different')
      await store.put('key', 'same')
      const checks = [store.checkOf('key', seen)]
      expect(await outcomeOf(store.commit({ checks }))).toBe('VERSION_MISMATCH')
    },
  },
  {
    id: 'compare-and-set.key-twice',
    promises: ['7.1'],
    title: 'Of two checks of one key both count, and the same check twice is no error.',
    async run({ store, expect }) {
      const version = await store.put('key')
      const [holds, fails] = [store.checkOf('key', version), store.checkOf('key', null)]
      const puts = [store.putOf('other')]
      for (const checks of [
        [holds, fails],
        [fails, holds],
      ]) {
        expect(await outcomeOf(store.commit({ checks, puts }))).toBe('VERSION_MISMATCH')
      }
      expect(await outcomeOf(store.commit({ checks: [holds, holds], puts }))).toBe('resolved')
    },
  },
  {
    id: 'compare-and-set.whole-entry',
    promises: ['3.3', '6.4'],
    title: 'What is written under a check, under a quota or beside a delete is as it was given.',
    async run({ store, expect }) {
      await store.put('old')
      const seen = await store.put('key', 'old', { expiresAt: distantFuture, contentType: 'a/old' })
      const puts = ['key', 'new'].map((key, index) =>
        store.putOf(key, `of ${key}`, {
          expiresAt: distantFuture + 1 + index,
          contentType: `text/${key}`,
        }),
      )
      const change = {
        checks: [store.checkOf('key', seen), store.checkOf('new', null)],
        puts,
        deletes: [store.deleteOf('old')],
        quota: { maxBytes: 1_000 },
      }
      expect(await outcomeOf(store.commit(change))).toBe('resolved')
      for (const { key, value, version, expiresAt, contentType } of puts) {
        const entry = await store.get(key)
        expect(differenceOf(entry?.value, value)).toBe(null)
        expect([entry?.version, entry?.expiresAt, entry?.contentType]).toEqual([
          version,
          expiresAt,
          contentType,
        ])
      }
    },
  },
  ...raceChecks,
]

async function expectMismatch(
  store: ScopeHandle,
  expect: Expect,
  key: string,
  expected: Version | null,
  current: Version | null,
): Promise<void> {
  const checks = [store.checkOf(key, expected)]
  const call = store.commit({ checks, puts: [store.putOf(key, 'new')] })
  expect(await outcomeOf(call)).toBe('VERSION_MISMATCH')
  const { context } = (await failureOf(call)) as HoldfastError
  expect(context).toEqual({ store: store.scope.store, key, expected, current })
}

/** The store and the key that the error of a failed check names. */
async function keyOfFailure(call: Promise<void>): Promise<readonly unknown[]> {
  const { context } = (await failureOf(call)) as HoldfastError
  return [context['store'], context['key']]
}
