import type { ConformanceCheck } from '../conformance-check.ts'
import { readWhile } from '../read-while.ts'
import { movableClock } from '../requirements.ts'
import { outcomeOf } from '../settlement.ts'

export const clearChecks: readonly ConformanceCheck[] = [
  {
    id: 'clear.all',
    promises: ['12.1'],
    title: 'clear removes every entry of its scope and returns what that was.',
    async run({ store, expect }) {
      const keys = Array.from({ length: 1_200 }, (_, index) => `key ${index}`)
      await store.putMany(keys)
      const usage = await store.usage()
      expect(usage.entries).toBe(1_200)
      expect(await store.clear()).toEqual(usage)
      expect(await store.keys()).toEqual([])
      expect(await store.get('key 7')).toBe(null)
      expect(await store.usage()).toEqual({ entries: 0, bytes: 0 })
    },
  },
  {
    id: 'clear.nothing',
    promises: ['12.1'],
    title: 'To clear a scope that holds nothing is no error, and returns 0 entries and 0 bytes.',
    async run({ store, expect }) {
      const nothing = { entries: 0, bytes: 0 }
      for (const key of ['first', 'second']) {
        const clearing = store.clear()
        expect(await outcomeOf(clearing)).toBe('resolved')
        expect(await clearing).toEqual(nothing)
        await store.put(key)
        await store.clear()
      }
    },
  },
  {
    id: 'clear.within',
    promises: ['12.2'],
    title: 'clear never reaches beyond its scope.',
    async run({ at, expect }) {
      const scope = { workspace: 'team', plugin: 'notes' }
      const others = [
        at({ ...scope, store: 'persistent_store' }),
        at({ ...scope, plugin: 'note' }),
        at({ ...scope, plugin: 'notes2' }),
        at({ ...scope, plugin: 'notes.b' }),
        at({ ...scope, workspace: 'tea' }),
        at({ ...scope, workspace: 'team-2' }),
        at({ ...scope, workspace: 'Team' }),
        at({ workspace: 'notes', plugin: 'team' }),
      ]
      for (const other of others) await other.put('key')
      await at(scope).put('key')
      await at(scope).clear()
      expect(await at(scope).keys()).toEqual([])
      for (const other of others) {
        expect(await other.keys()).toEqual(['key'])
        expect((await other.usage()).entries).toBe(1)
      }
    },
  },
  {
    id: 'clear.makes-room',
    promises: ['12.3'],
    title: 'What was cleared counts no more for the quota.',
    async run({ at, expect }) {
      const quota = { maxBytes: 10 }
      for (const store of [at({}), at({ store: 'persistent_store' })]) {
        await store.put('key', 'a value')
        expect(await outcomeOf(store.put('new', 'a value', { quota }))).toBe('QUOTA_EXCEEDED')
        await store.clear()
        expect(await outcomeOf(store.put('new', 'a value', { quota }))).toBe('resolved')
        expect(await store.usage()).toEqual({ entries: 1, bytes: 10 })
        await store.clear()
      }
    },
  },
  {
    id: 'clear.begins-anew',
    promises: ['3.2', '7.1'],
    title: 'An entry that is written after clear is a new one, with a new createdAt.',
    needs: [movableClock],
    async run({ store, clock, expect }) {
      await store.put('key')
      await store.clear()
      clock.advance(1_000)
      const change = { checks: [store.checkOf('key', null)], puts: [store.putOf('key')] }
      expect(await outcomeOf(store.commit(change))).toBe('resolved')
      expect((await store.get('key'))?.createdAt).toBe(clock.now())
    },
  },
  {
    id: 'clear.among-writes',
    promises: ['12.1'],
    title: 'What clear returns is what it removed, while others write.',
    async run({ store, expect }) {
      const write = async (writer: number): Promise<void> => {
        for (let index = 10; index < 30; index++) await store.put(`${writer} ${index}`, 'value')
      }
      const removed = { entries: 0, bytes: 0 }
      const clear = async (): Promise<void> => {
        const { entries, bytes } = await store.clear()
        removed.entries += entries
        removed.bytes += bytes
      }
      const written = Promise.all([0, 1, 2, 3].map(write))
      await readWhile(written, clear, { readers: 1, readsPerTurn: 1 })
      await clear()
      expect(removed).toEqual({ entries: 80, bytes: 80 * 9 })
    },
  },
]
