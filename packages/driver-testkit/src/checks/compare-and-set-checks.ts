import { type HoldfastError, mintVersion, storeNames, type Version } from '@holdfast/core'
import type { ConformanceCheck } from '../conformance-check.ts'
import { sharedStore } from '../requirements.ts'
import type { ScopeHandle } from '../scope-handle.ts'
import { failureOf, outcomeOf } from '../settlement.ts'
import type { Expect } from '../test-runner.ts'

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
    id: 'compare-and-set.one-winner',
    promises: ['6.2', '7.4'],
    title: 'Of many commits at once with the same check, exactly one is applied.',
    async run({ store, expect }) {
      await expectOneWinner([store], expect)
    },
  },
  {
    id: 'compare-and-set.one-winner-shared',
    promises: ['6.2', '7.4'],
    title: 'Of many commits through several drivers with the same check, exactly one is applied.',
    needs: [sharedStore],
    async run({ at, store, openDriver, expect }) {
      await expectOneWinner([store, at({}, await openDriver()), at({}, await openDriver())], expect)
    },
  },
  {
    id: 'compare-and-set.count',
    promises: ['7.4'],
    title: 'Read, check and write in a loop loses no update, however many do so at once.',
    async run({ store, expect }) {
      await Promise.all(Array.from({ length: 8 }, () => countTo(store, 10)))
      expect(await store.text('count')).toBe('80')
    },
  },
  {
    id: 'compare-and-set.count-shared',
    promises: ['7.4'],
    title: 'Read, check and write in a loop loses no update, through several drivers either.',
    needs: [sharedStore],
    async run({ at, store, openDriver, expect }) {
      const stores = [store, at({}, await openDriver()), at({}, await openDriver())]
      await Promise.all(stores.map((each) => countTo(each, 20)))
      expect(await store.text('count')).toBe('60')
    },
  },
  {
    id: 'compare-and-set.no-skew',
    promises: ['7.5'],
    title: 'Of two commits at once that each change what the other checks, one is refused.',
    run: ({ store, expect }) => expectNoSkew(store, store, expect),
  },
  {
    id: 'compare-and-set.no-skew-shared',
    promises: ['6.2', '7.5'],
    title: 'Of two such commits through two drivers, one is refused.',
    needs: [sharedStore],
    async run({ at, store, openDriver, expect }) {
      await expectNoSkew(store, at({}, await openDriver()), expect)
    },
  },
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

/** Two commits at once that each change what the other checks. */
async function expectNoSkew(one: ScopeHandle, other: ScopeHandle, expect: Expect): Promise<void> {
  for (let round = 0; round < 20; round++) {
    const [a, b] = [`a${round}`, `b${round}`]
    const outcomes = await Promise.all([
      outcomeOf(one.commit({ checks: [one.checkOf(a, null)], puts: [one.putOf(b)] })),
      outcomeOf(other.commit({ checks: [other.checkOf(b, null)], puts: [other.putOf(a)] })),
    ])
    expect(outcomes.toSorted()).toEqual(['VERSION_MISMATCH', 'resolved'])
  }
}

/** Many try to create a key, then to replace it: each time one does, and the others learn which. */
async function expectOneWinner(stores: readonly ScopeHandle[], expect: Expect): Promise<void> {
  const contenders = Array.from({ length: 12 / stores.length }, () => stores).flat()
  let current: Version | null = null
  for (let round = 0; round < 5; round++) {
    const attempts = contenders.map((store) => ({ store, put: store.putOf('key', `${round}`) }))
    const checks = contenders.slice(0, 1).map((store) => store.checkOf('key', current))
    const ends = await Promise.allSettled(
      attempts.map(({ store, put }) => store.commit({ checks, puts: [put] })),
    )
    const winners = attempts.filter((_, index) => ends[index]?.status === 'fulfilled')
    expect(winners.length).toBe(1)
    current = winners[0]?.put.version ?? null
    for (const end of ends) {
      if (end.status === 'fulfilled') continue
      const { code, context } = end.reason as HoldfastError
      expect({ code, current: context['current'] }).toEqual({ code: 'VERSION_MISMATCH', current })
    }
    for (const store of stores) expect((await store.get('key'))?.version).toBe(current)
  }
}

/** Adds 1 to a number so many times. */
async function countTo(store: ScopeHandle, times: number): Promise<void> {
  let done = 0
  for (let attempt = 0; done < times; attempt++) {
    if (attempt === 10_000) throw new Error(`Of ${attempt} attempts only ${done} succeeded.`)
    const entry = await store.get('count')
    const count = entry === null ? 0 : Number(new TextDecoder().decode(entry.value))
    const checks = [store.checkOf('count', entry?.version ?? null)]
    const outcome = await outcomeOf(
      store.commit({ checks, puts: [store.putOf('count', `${count + 1}`)] }),
    )
    if (outcome === 'resolved') done++
    else if (outcome !== 'VERSION_MISMATCH') throw new Error(`An attempt ended with ${outcome}.`)
  }
}
