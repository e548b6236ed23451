import { differenceOf, noise, utf8 } from '../bytes.ts'
import type { ConformanceCheck } from '../conformance-check.ts'
import { movableClock, sharedStore, survivesClose } from '../requirements.ts'
import { outcomeOf } from '../settlement.ts'

const everything = { workspace: null, plugin: null, cursor: null, limit: 10 }

export const durabilityChecks: readonly ConformanceCheck[] = [
  {
    id: 'durability.reopened',
    promises: ['16.1', '16.2'],
    title:
      'What was written is there, with all that belongs to it, when the store is opened again.',
    needs: [survivesClose],
    async run({ driver, at, openDriver, clock, expect }) {
      const scopes = [{}, { store: 'persistent_store' }, { workspace: 'other' }] as const
      for (const store of scopes.map((scope) => at(scope))) {
        await store.put('bytes', noise(70_000), { contentType: 'application/octet-stream' })
        await store.put('e\u0301 \u{1f600}', '', { expiresAt: clock.now() + 3_600_000 })
        await store.putMany(['deleted', 'overwritten'], 'old')
        clock.advance(1_000)
        await store.put('overwritten', 'new')
        await store.delete('deleted')
      }
      const before = await Promise.all(scopes.map((scope) => at(scope).listAll()))
      const usages = await Promise.all(scopes.map((scope) => at(scope).usage()))
      const held = await driver.scopes(everything)
      await driver.close()

      const reopened = await openDriver()
      const after = await Promise.all(scopes.map((scope) => at(scope, reopened).listAll()))
      expect(after.flat().length).toBe(9)
      expect(after).toEqual(before)
      expect(await Promise.all(scopes.map((scope) => at(scope, reopened).usage()))).toEqual(usages)
      expect(await reopened.scopes(everything)).toEqual(held)
    },
  },
  {
    id: 'durability.in-flight',
    promises: ['15.2', '16.1'],
    title: 'Writes that were in flight when the driver was closed are there if they resolved.',
    needs: [survivesClose],
    async run({ store, driver, at, openDriver, expect }) {
      const keys = Array.from({ length: 20 }, (_, index) => `key ${index + 10}`)
      const writes = keys.map((key) => outcomeOf(store.put(key)))
      await driver.close()
      const outcomes = await Promise.all(writes)

      const reopened = at({}, await openDriver())
      const resolved = keys.filter((_, index) => outcomes[index] === 'resolved')
      expect(await reopened.keys()).toEqual(resolved)
    },
  },
  {
    id: 'durability.removed',
    promises: ['16.2'],
    title: 'What was deleted or cleared is still gone when the store is opened again.',
    needs: [survivesClose],
    async run({ driver, at, openDriver, expect }) {
      await at({}).putMany(['kept', 'deleted'])
      await at({ plugin: 'cleared' }).putMany(['a', 'b'])
      await at({}).delete('deleted')
      await at({ plugin: 'cleared' }).clear()
      await driver.close()

      const reopened = await openDriver()
      expect(await at({}, reopened).keys()).toEqual(['kept'])
      expect(await at({ plugin: 'cleared' }, reopened).keys()).toEqual([])
    },
  },
  {
    id: 'durability.versions',
    promises: ['16.2'],
    title: 'Checks and quota hold when the store is opened again.',
    needs: [survivesClose],
    async run({ store, driver, at, openDriver, expect }) {
      const [old, current] = [await store.put('key', noise(9)), await store.put('key', noise(9))]
      await driver.close()

      const reopened = at({}, await openDriver())
      const stale = reopened.commit({ checks: [reopened.checkOf('key', old)] })
      expect(await outcomeOf(stale)).toBe('VERSION_MISMATCH')
      const fresh = reopened.commit({ checks: [reopened.checkOf('key', current)] })
      expect(await outcomeOf(fresh)).toBe('resolved')
      const quota = { maxBytes: 20 }
      expect(await outcomeOf(reopened.put('new', noise(9), { quota }))).toBe('QUOTA_EXCEEDED')
    },
  },
  {
    id: 'durability.expiry',
    promises: ['13.1', '16.2'],
    title: 'An entry expires at its time whether the store was open meanwhile or not.',
    needs: [survivesClose, movableClock],
    async run({ store, driver, at, openDriver, clock, expect }) {
      await store.put('gone', '', { expiresAt: clock.now() + 1_000 })
      await store.put('kept', '', { expiresAt: clock.now() + 3_000 })
      await driver.close()
      clock.advance(1_000)

      const reopened = await openDriver()
      expect(await at({}, reopened).keys()).toEqual(['kept'])
      await reopened.sweep(clock.now())
      expect(await at({}, reopened).keys()).toEqual(['kept'])
    },
  },
  {
    id: 'durability.seen-by-others',
    promises: ['5.3', '16.3'],
    title: 'What one driver has written every other driver on the store sees at once.',
    needs: [sharedStore],
    async run({ store, at, openDriver, expect }) {
      const other = at({}, await openDriver())
      // For as long as the other only reads, nothing of its own tells it to look again.
      expect(await other.get('key')).toBe(null)
      for (let round = 0; round < 3; round++) {
        const value = `read ${'!'.repeat(round)}`
        await store.put('key', value)
        expect(await other.text('key')).toBe(value)
        const [listed] = await other.listAll()
        expect(differenceOf(listed?.value, utf8(value))).toBe(null)
        const usage = { entries: 1, bytes: 8 + round }
        expect(await other.usage()).toEqual(usage)
        const { scopes } = await other.driver.scopes(everything)
        expect(scopes).toEqual([{ scope: store.scope, usage }])
      }
      await store.delete('key')
      expect(await other.get('key')).toBe(null)
      expect(await other.keys()).toEqual([])
      expect(await other.usage()).toEqual({ entries: 0, bytes: 0 })

      for (let round = 0; round < 5; round++) {
        const version = await store.put('key', `round ${round}`)
        expect(await other.text('key')).toBe(`round ${round}`)
        const checks = [other.checkOf('key', version)]
        const call = other.commit({ checks, deletes: [other.deleteOf('key')] })
        expect(await outcomeOf(call)).toBe('resolved')
        expect(await store.get('key')).toBe(null)
        expect(await store.usage()).toEqual({ entries: 0, bytes: 0 })
      }
      await store.putMany(['a', 'b'])
      expect(await other.keys()).toEqual(['a', 'b'])
      await other.clear()
      expect(await store.keys()).toEqual([])
    },
  },
  {
    id: 'durability.opened-together',
    promises: ['16.3'],
    title: 'Several drivers may open a new store at the same moment.',
    needs: [sharedStore],
    async run({ at, createStore, expect }) {
      const { createDriver } = await createStore()
      const drivers = await Promise.all(Array.from({ length: 4 }, () => createDriver()))
      const stores = drivers.map((driver) => at({}, driver))
      // Each writes as soon as it is open, while others may still be setting up the store.
      const outcomes = stores.map(async (store, index) => {
        const outcome = await outcomeOf(store.driver.open())
        return outcome === 'resolved' ? await outcomeOf(store.put(`key ${index}`)) : outcome
      })
      expect(await Promise.all(outcomes)).toEqual(stores.map(() => 'resolved'))
      for (const store of stores) {
        expect(await store.keys()).toEqual(['key 0', 'key 1', 'key 2', 'key 3'])
      }
    },
  },
  {
    id: 'durability.closed-by-one',
    promises: ['15.2', '16.3'],
    title: 'A driver that is closed leaves the store to the others that have it open.',
    needs: [sharedStore],
    async run({ store, at, driver, openDriver, expect }) {
      await store.put('key')
      const other = at({}, await openDriver())
      await driver.close()
      expect(await outcomeOf(other.get('key'))).toBe('resolved')
      expect(await outcomeOf(other.put('new'))).toBe('resolved')
      expect(await other.keys()).toEqual(['key', 'new'])
    },
  },
]
