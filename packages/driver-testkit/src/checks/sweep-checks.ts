import { noise } from '../bytes.ts'
import type { ConformanceCheck } from '../conformance-check.ts'
import { movableClock, sharedStore } from '../requirements.ts'
import { outcomeOf, turnOfEventLoop } from '../settlement.ts'

export const sweepChecks: readonly ConformanceCheck[] = [
  {
    id: 'sweep.counts',
    promises: ['14.1'],
    title: 'sweep removes what expired at or before its time, once, and returns what that was.',
    needs: [movableClock],
    async run({ store, driver, clock, expect }) {
      const start = clock.now()
      await store.put('a', noise(10), { expiresAt: start + 1_000 })
      await store.put('bc', noise(20), { expiresAt: start + 2_000 })
      await store.put('d', noise(30), { expiresAt: start + 3_000 })
      await store.put('e', noise(40))
      clock.advance(2_500)
      expect(await driver.sweep(start + 999)).toEqual({ entries: 0, bytes: 0 })
      expect(await driver.sweep(start + 1_000)).toEqual({ entries: 1, bytes: 11 })
      expect(await driver.sweep(clock.now())).toEqual({ entries: 1, bytes: 22 })
      expect(await driver.sweep(clock.now())).toEqual({ entries: 0, bytes: 0 })
      expect(await store.keys()).toEqual(['d', 'e'])
    },
  },
  {
    id: 'sweep.unseen',
    promises: ['14.2'],
    title: 'sweep changes nothing that any other call can see.',
    needs: [movableClock],
    async run({ store, driver, clock, expect }) {
      await store.putMany(['a', 'c'], 'value')
      await store.put('b', 'value', { expiresAt: clock.now() + 1_000 })
      await store.put('d', 'value', { expiresAt: clock.now() + 9_000, contentType: 'text/plain' })
      const { cursor } = await store.list({ limit: 2 })
      clock.advance(1_000)
      const see = async (): Promise<unknown> => ({
        entries: await store.getMany(['a', 'b', 'c', 'd']),
        listed: await store.listAll(),
        next: await store.listAll({ cursor }),
        usage: await store.usage(),
        scopes: await driver.scopes({ workspace: null, plugin: null, cursor: null, limit: 10 }),
        refusal: await outcomeOf(store.put('too much', 'value', { quota: { maxBytes: 30 } })),
      })
      const before = await see()
      await driver.sweep(clock.now())
      expect(await see()).toEqual(before)
    },
  },
  {
    id: 'sweep.everywhere',
    promises: ['14.1'],
    title: 'sweep reaches all scopes, and in each only what expired.',
    needs: [movableClock],
    async run({ at, driver, clock, expect }) {
      const scopes = [
        {},
        { store: 'persistent_store' },
        { plugin: 'b' },
        { workspace: 'c' },
      ] as const
      const stores = scopes.map((scope) => at(scope))
      for (const store of stores) {
        await store.put('gone', '', { expiresAt: clock.now() + 1_000 })
        await store.put('kept', '')
      }
      clock.advance(1_000)
      expect(await driver.sweep(clock.now())).toEqual({ entries: 4, bytes: 16 })
      for (const store of stores) {
        expect(await store.keys()).toEqual(['kept'])
        expect(await store.usage()).toEqual({ entries: 1, bytes: 4 })
      }
    },
  },
  {
    id: 'sweep.many',
    promises: ['14.1'],
    title: 'One sweep removes all that expired, however much it is.',
    needs: [movableClock],
    async run({ store, driver, clock, expect }) {
      const most = driver.capabilities.maxCommitEntries
      const expiresAt = clock.now() + 1_000
      const keys = Array.from({ length: 1_200 }, (_, index) => `key ${index + 1_000}`)
      for (let start = 0; start < keys.length; start += most) {
        const some = keys.slice(start, start + most)
        await store.commit({ puts: some.map((key) => store.putOf(key, '', { expiresAt })) })
      }
      clock.advance(1_000)
      expect(await driver.sweep(clock.now())).toEqual({ entries: 1_200, bytes: 9_600 })
      expect(await driver.sweep(clock.now())).toEqual({ entries: 0, bytes: 0 })
    },
  },
  {
    id: 'sweep.rewritten',
    promises: ['14.1', '14.2'],
    title: 'A key that was written again after it expired is not swept.',
    needs: [movableClock],
    async run({ store, driver, clock, expect }) {
      for (const key of ['for good', 'longer']) {
        await store.put(key, 'old', { expiresAt: clock.now() + 1_000 })
      }
      clock.advance(1_000)
      await store.put('for good', 'new')
      await store.put('longer', 'new', { expiresAt: clock.now() + 1_000 })
      expect(await driver.sweep(clock.now())).toEqual({ entries: 0, bytes: 0 })
      expect(await store.keys()).toEqual(['for good', 'longer'])
    },
  },
  {
    id: 'sweep.clock-ahead',
    promises: ['14.2'],
    title:
      'sweep removes nothing that is alive by the clock of the driver, whatever time it is told.',
    async run({ store, driver, clock, expect }) {
      await store.put('key', 'value', { expiresAt: clock.now() + 3_600_000 })
      await driver.sweep(clock.now() + 7_200_000)
      expect(await store.text('key')).toBe('value')
    },
  },
  {
    id: 'sweep.shared',
    promises: ['5.3', '14.2'],
    title: 'A key to which another driver has given another expiry is not swept, and not absent.',
    needs: [movableClock, sharedStore],
    async run({ store, at, driver, openDriver, clock, expect }) {
      const other = at({}, await openDriver())
      for (const key of ['for good', 'longer']) {
        await store.put(key, 'old', { expiresAt: clock.now() + 1_000 })
      }
      await other.put('for good', 'new')
      await other.put('longer', 'new', { expiresAt: clock.now() + 2_000 })
      clock.advance(1_000)
      expect(await store.text('for good')).toBe('new')
      expect(await driver.sweep(clock.now())).toEqual({ entries: 0, bytes: 0 })
      for (const each of [store, other]) {
        expect(await each.keys()).toEqual(['for good', 'longer'])
      }
    },
  },
  {
    id: 'sweep.rewritten-meanwhile',
    promises: ['13.3', '14.2'],
    title: 'A key that is written again at the moment of a sweep is not lost.',
    needs: [movableClock],
    async run({ store, driver, clock, expect }) {
      const keys = Array.from({ length: 10 }, (_, index) => `key ${index}`)
      const expiresAt = clock.now() + 1_000
      await store.commit({ puts: keys.map((key) => store.putOf(key, 'old', { expiresAt })) })
      clock.advance(1_000)
      const rewrite = async (): Promise<void> => {
        for (const key of keys) {
          await store.put(key, 'new')
          await turnOfEventLoop()
        }
      }
      await Promise.all([driver.sweep(clock.now()), rewrite()])
      expect(await store.keys()).toEqual(keys)
    },
  },
  {
    id: 'sweep.together',
    promises: ['14.1'],
    title: 'Two sweeps at once count each entry once between them, through two drivers as well.',
    needs: [movableClock],
    async run({ store, driver, clock, subject, openDriver, expect }) {
      const others = subject.capabilities.shared ? [driver, await openDriver()] : [driver]
      const keys = Array.from({ length: 40 }, (_, index) => `key ${index + 10}`)
      for (const other of others) {
        const expiresAt = clock.now() + 1_000
        await store.commit({ puts: keys.map((key) => store.putOf(key, '', { expiresAt })) })
        clock.advance(1_000)
        const sweeps = [driver, other].map((each) => each.sweep(clock.now()))
        const [one, two] = await Promise.all(sweeps)
        expect((one?.entries ?? 0) + (two?.entries ?? 0)).toBe(40)
        expect((one?.bytes ?? 0) + (two?.bytes ?? 0)).toBe(240)
      }
    },
  },
]
