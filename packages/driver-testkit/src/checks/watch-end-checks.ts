import type { ConformanceCheck } from '../conformance-check.ts'
import { watching } from '../requirements.ts'
import { outcomeOf } from '../settlement.ts'

/** How watches end, and how many keys they have. */
export const watchEndChecks: readonly ConformanceCheck[] = [
  {
    id: 'watching.aborted',
    promises: ['21.5'],
    title: 'A watch ends with its signal, without an error, before, in and after its first state.',
    needs: [watching],
    async run({ store, expect }) {
      await using early = store.watch('key')
      early.abort()
      expect(await early.next()).toBe('ended')
      await using waiting = store.watch('key')
      await waiting.next()
      waiting.ask()
      waiting.abort()
      expect(await waiting.next()).toBe('ended')
      await using idle = store.watch('key')
      await idle.next()
      idle.abort()
      await store.put('key')
      expect(await idle.next()).toBe('ended')
    },
  },
  {
    id: 'watching.closed',
    promises: ['15.2', '21.5'],
    title:
      'A watch throws DRIVER_CLOSED when the driver is closed, and close does not wait for it.',
    needs: [watching],
    async run({ store, driver, orNothing, expect }) {
      await using waiting = store.watch('key')
      await using idle = store.watch('key')
      await waiting.next()
      await idle.next()
      waiting.ask()
      expect(await orNothing(outcomeOf(driver.close()))).toBe('resolved')
      expect(await waiting.next()).toBe('DRIVER_CLOSED')
      expect(await idle.next()).toBe('DRIVER_CLOSED')
      expect(await store.watch('key').next()).toBe('DRIVER_CLOSED')
    },
  },
  {
    id: 'watching.not-open',
    promises: ['15.3'],
    title: 'A watch on a driver that is not open throws DRIVER_NOT_OPEN.',
    needs: [watching],
    async run({ driver, createDriver, at, expect }) {
      await driver.close()
      await using watch = at({}, await createDriver()).watch('key')
      expect(await watch.next()).toBe('DRIVER_NOT_OPEN')
    },
  },
  {
    id: 'watching.stopped-early',
    promises: ['15.2', '21.5'],
    title: 'To stop watching early is no error, and keeps nothing that close would wait for.',
    needs: [watching],
    async run({ store, driver, orNothing, expect }) {
      for (let round = 0; round < 20; round++) {
        const watch = store.watch('key')
        expect(await watch.next()).toEqual([null])
        expect(await orNothing(outcomeOf(watch.stop()))).toBe('resolved')
        expect(await watch.next()).toBe('ended')
      }
      expect(await orNothing(outcomeOf(driver.close()))).toBe('resolved')
    },
  },
  {
    id: 'watching.most-keys',
    promises: ['19.3', '21.6'],
    title: 'maxWatchedKeys keys are watched, and more are refused with INVALID_ARGUMENT.',
    needs: [watching],
    async run({ store, driver, expect }) {
      const keys = Array.from({ length: driver.capabilities.maxWatchedKeys }, (_, at) => `${at}`)
      await using watch = store.watch(...keys)
      expect(await watch.next()).toEqual(keys.map(() => null))
      await store.put(keys.at(-1) ?? '', 'last')
      expect(await watch.next()).toEqual([...keys.slice(1).map(() => null), 'last'])
      await using tooMany = store.watch(...keys, 'one more')
      expect(await tooMany.next()).toBe('INVALID_ARGUMENT')
    },
  },
]
