import { noise } from '../bytes.ts'
import type { ConformanceCheck } from '../conformance-check.ts'
import { movableClock, ownClock } from '../requirements.ts'
import { outcomeOf, turnOfEventLoop } from '../settlement.ts'
import type { TestBench } from '../test-bench.ts'

export const expiryChecks: readonly ConformanceCheck[] = [
  {
    id: 'expiry.moment',
    promises: ['13.1'],
    title: 'An entry is there until expiresAt, and absent from that very millisecond on.',
    needs: [movableClock],
    async run({ at, clock, expect }) {
      for (const store of [at({}), at({ store: 'persistent_store' })]) {
        await store.put('key', 'value', { expiresAt: clock.now() + 1_000 })
        clock.advance(999)
        expect(await store.text('key')).toBe('value')
        expect(await store.keys()).toEqual(['key'])
        clock.advance(1)
        expect(await store.get('key')).toBe(null)
        expect(await store.keys()).toEqual([])
      }
    },
  },
  {
    id: 'expiry.past',
    promises: ['13.2'],
    title: 'An entry that is written with an expiresAt of the past is absent at once.',
    async run({ store, clock, expect }) {
      for (const expiresAt of [clock.now(), clock.now() - 1, 0, -1]) {
        await store.put('key')
        expect(await outcomeOf(store.put('key', 'value', { expiresAt }))).toBe('resolved')
        expect(await store.get('key')).toBe(null)
        expect(await store.keys()).toEqual([])
        expect(await store.usage()).toEqual({ entries: 0, bytes: 0 })
        const call = store.put('other', noise(100), { expiresAt, quota: { maxBytes: 0 } })
        expect(await outcomeOf(call)).toBe('resolved')
      }
    },
  },
  {
    id: 'expiry.list',
    promises: ['13.1'],
    title: 'An expired entry is in no page of a listing, with or without values.',
    needs: [movableClock],
    async run(bench) {
      await putExpired(bench, ['a', 'c', 'd', 'f'], ['b', 'e', 'g'])
      for (const limit of [1, 2, 3, 1_000]) {
        for (const keysOnly of [true, false]) {
          bench.expect(await bench.store.keys({ limit, keysOnly })).toEqual(['b', 'e', 'g'])
        }
      }
      bench.expect(await bench.store.keys({ prefix: 'c' })).toEqual([])
    },
  },
  {
    id: 'expiry.cursor',
    promises: ['11.3', '13.1'],
    title: 'A cursor stays good when the key where the page ended expires.',
    needs: [movableClock],
    async run({ store, clock, expect }) {
      await store.put('a')
      await store.put('b', 'value', { expiresAt: clock.now() + 1_000 })
      await store.putMany(['c', 'd'])
      const { cursor } = await store.list({ limit: 2 })
      clock.advance(1_000)
      expect(await store.keys({ cursor })).toEqual(['c', 'd'])
    },
  },
  {
    id: 'expiry.usage',
    promises: ['13.1'],
    title: 'An expired entry counts for nothing in usage and in scopes.',
    needs: [movableClock],
    async run({ at, driver, store, clock, expect }) {
      const expiresAt = clock.now() + 1_000
      await store.put('a', 'value', { expiresAt })
      await store.put('b', 'value')
      await at({ plugin: 'gone' }).put('key', 'value', { expiresAt })
      clock.advance(1_000)
      const usage = { entries: 1, bytes: 6 }
      expect(await store.usage()).toEqual(usage)
      const query = { workspace: null, plugin: null, cursor: null, limit: 10 }
      const { scopes } = await driver.scopes(query)
      expect(scopes).toEqual([{ scope: store.scope, usage }])
      expect(await store.clear()).toEqual(usage)
    },
  },
  {
    id: 'expiry.checks',
    promises: ['13.1'],
    title: 'To a check an expired entry is absent.',
    needs: [movableClock],
    async run({ store, clock, expect }) {
      const version = await store.put('key', 'value', { expiresAt: clock.now() + 1_000 })
      const [present, absent] = [[store.checkOf('key', version)], [store.checkOf('key', null)]]
      expect(await outcomeOf(store.commit({ checks: present }))).toBe('resolved')
      expect(await outcomeOf(store.commit({ checks: absent }))).toBe('VERSION_MISMATCH')
      clock.advance(1_000)
      expect(await outcomeOf(store.commit({ checks: present }))).toBe('VERSION_MISMATCH')
      const puts = [store.putOf('key', 'new')]
      expect(await outcomeOf(store.commit({ checks: absent, puts }))).toBe('resolved')
      expect(await store.text('key')).toBe('new')
    },
  },
  {
    id: 'expiry.quota',
    promises: ['13.1', '13.3'],
    title: 'Expired entries take no room of the quota, and to replace or delete them gives none.',
    needs: [movableClock],
    async run({ store, clock, expect }) {
      const quota = { maxBytes: 20 }
      const expiresAt = clock.now() + 1_000
      await store.put('a', noise(19), { expiresAt })
      expect(await outcomeOf(store.put('b', noise(19), { quota }))).toBe('QUOTA_EXCEEDED')
      clock.advance(1_000)
      expect(await outcomeOf(store.put('b', noise(19), { quota }))).toBe('resolved')
      expect(await outcomeOf(store.put('a', '', { quota }))).toBe('QUOTA_EXCEEDED')
      const change = { puts: [store.putOf('c', '')], deletes: [store.deleteOf('a')] }
      expect(await outcomeOf(store.commit({ ...change, quota }))).toBe('QUOTA_EXCEEDED')
      expect(await store.usage()).toEqual({ entries: 1, bytes: 20 })
    },
  },
  {
    id: 'expiry.created-again',
    promises: ['3.2', '13.1'],
    title: 'A write after the expiry begins a new entry, with a new createdAt.',
    needs: [movableClock],
    async run({ store, clock, expect }) {
      await store.put('key', 'value', { expiresAt: clock.now() + 1_000 })
      clock.advance(1_000)
      await store.put('key', 'value')
      expect((await store.get('key'))?.createdAt).toBe(clock.now())
      expect(await store.usage()).toEqual({ entries: 1, bytes: 8 })
    },
  },
  {
    id: 'expiry.replaced',
    promises: ['3.3'],
    title: 'The expiry of an overwritten entry is the one that its last writer gave.',
    needs: [movableClock],
    async run({ store, clock, expect }) {
      for (const key of ['for good', 'longer', 'shorter']) {
        await store.put(key, 'value', { expiresAt: clock.now() + 1_000 })
      }
      await store.put('for good', 'value')
      await store.put('longer', 'value', { expiresAt: clock.now() + 3_000 })
      await store.put('shorter', 'value', { expiresAt: clock.now() + 500 })
      clock.advance(500)
      expect(await store.keys()).toEqual(['for good', 'longer'])
      clock.advance(500)
      expect(await store.keys()).toEqual(['for good', 'longer'])
      clock.advance(2_000)
      expect(await store.keys()).toEqual(['for good'])
    },
  },
  {
    id: 'expiry.delete',
    promises: ['13.3'],
    title: 'To delete an expired entry is no error, and does not bring it back.',
    needs: [movableClock],
    async run(bench) {
      await putExpired(bench, ['a', 'b'], ['c'])
      await bench.store.delete('a', 'b', 'c')
      bench.expect(await bench.store.keys()).toEqual([])
      bench.expect(await bench.store.usage()).toEqual({ entries: 0, bytes: 0 })
    },
  },
  {
    id: 'expiry.by-itself',
    promises: ['13.1'],
    title: 'An entry is absent when its time has come, and no other is.',
    needs: [ownClock],
    async run({ store, orNothing, expect }) {
      const now = Date.now()
      await store.put('for good')
      await store.put('later', 'value', { expiresAt: now + 600_000 })
      await store.put('soon', 'value', { expiresAt: now + 75 })
      const wait = { isOver: false }
      const untilAbsent = async (): Promise<string> => {
        while (!wait.isOver && (await store.get('soon')) !== null) await turnOfEventLoop()
        return 'absent'
      }
      const end = await orNothing(untilAbsent())
      wait.isOver = true
      expect(end).toBe('absent')
      expect(await store.keys()).toEqual(['for good', 'later'])
      expect((await store.usage()).entries).toBe(2)
    },
  },
]

/** Writes keys that have expired and such that have not, one value in all. */
async function putExpired(
  { store, clock }: TestBench,
  expired: readonly string[],
  live: readonly string[],
): Promise<void> {
  const expiresAt = clock.now() + 1_000
  for (const key of expired) await store.put(key, 'value', { expiresAt })
  for (const key of live) await store.put(key, 'value', { expiresAt: expiresAt + 1_000 })
  clock.advance(1_000)
}
