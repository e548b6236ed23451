import type { ConformanceCheck } from '../conformance-check.ts'
import { everyCall } from '../every-call.ts'
import { outcomeOf, turnOfEventLoop } from '../settlement.ts'

export const lifecycleChecks: readonly ConformanceCheck[] = [
  {
    id: 'lifecycle.before-open',
    promises: ['15.3'],
    title: 'A call before open rejects with DRIVER_NOT_OPEN.',
    async run({ driver, createDriver, at, expect }) {
      await driver.close()
      const unopened = await createDriver()
      for (const { method, run } of everyCall(at({}, unopened))) {
        expect([method, await outcomeOf(run())]).toEqual([method, 'DRIVER_NOT_OPEN'])
      }
      await unopened.open()
      expect(await at({}, unopened).keys()).toEqual([])
    },
  },
  {
    id: 'lifecycle.after-close',
    promises: ['15.3'],
    title: 'A call after close rejects with DRIVER_CLOSED, another open too.',
    async run({ driver, store, expect }) {
      await store.put('key')
      await driver.close()
      for (const { method, run } of everyCall(store)) {
        expect([method, await outcomeOf(run())]).toEqual([method, 'DRIVER_CLOSED'])
      }
      expect(await outcomeOf(driver.open())).toBe('DRIVER_CLOSED')
    },
  },
  {
    id: 'lifecycle.open-again',
    promises: ['15.1'],
    title: 'To open twice, one after the other or at once, is to open once.',
    async run({ driver, createDriver, at, store, expect }) {
      await store.put('key')
      expect(await outcomeOf(driver.open())).toBe('resolved')
      expect(await store.keys()).toEqual(['key'])
      await driver.close()
      const other = await createDriver()
      const first = outcomeOf(other.open())
      expect(await outcomeOf(other.open())).toBe('resolved')
      // Each of them says that the driver is open, the others' outcome or not.
      expect(await outcomeOf(at({}, other).put('key'))).toBe('resolved')
      expect(await first).toBe('resolved')
    },
  },
  {
    id: 'lifecycle.open-retried',
    promises: ['15.1', '17.2'],
    title: 'An open that was rejected did nothing, and may be tried again.',
    async run({ driver, createDriver, at, expect }) {
      await driver.close()
      const other = await createDriver()
      expect(await outcomeOf(other.open({ signal: AbortSignal.abort() }))).toBe('ABORTED')
      expect(await outcomeOf(at({}, other).get('key'))).toBe('DRIVER_NOT_OPEN')
      expect(await outcomeOf(other.open())).toBe('resolved')
      expect(await outcomeOf(at({}, other).put('key'))).toBe('resolved')
    },
  },
  {
    id: 'lifecycle.close-again',
    promises: ['15.2'],
    title: 'To close twice, one after the other or at once, is to close once; also before open.',
    async run({ driver, createDriver, store, expect }) {
      await store.put('key')
      expect(await outcomeOf(Promise.all([driver.close(), driver.close()]))).toBe('resolved')
      expect(await outcomeOf(driver.close())).toBe('resolved')
      const unopened = await createDriver()
      expect(await outcomeOf(unopened.close())).toBe('resolved')
      expect(await outcomeOf(unopened.open())).toBe('DRIVER_CLOSED')
    },
  },
  {
    id: 'lifecycle.close-while-opening',
    promises: ['15.2', '15.3'],
    title: 'A driver that is closed while it opens is closed, and stays so.',
    async run({ driver, createDriver, at, expect }) {
      await driver.close()
      const other = await createDriver()
      const opening = outcomeOf(other.open())
      expect(await outcomeOf(other.close())).toBe('resolved')
      const outcome = await opening
      expect(outcome === 'resolved' || outcome === 'DRIVER_CLOSED').toBe(true)
      expect(await outcomeOf(at({}, other).get('key'))).toBe('DRIVER_CLOSED')
    },
  },
  {
    id: 'lifecycle.await-using',
    promises: ['15.2'],
    title: 'A driver held with await using is closed at the end of its block.',
    async run({ driver, createDriver, at, expect }) {
      await driver.close()
      const other = await createDriver()
      {
        await using held = other
        await held.open()
        await at({}, held).put('key')
      }
      expect(await outcomeOf(at({}, other).get('key'))).toBe('DRIVER_CLOSED')
    },
  },
  {
    id: 'lifecycle.close-waits',
    promises: ['15.2'],
    title: 'close lets the calls in flight end first.',
    async run({ driver, store, expect }) {
      await store.put('key', 'value')
      const writes = Array.from({ length: 20 }, (_, index) => outcomeOf(store.put(`${index}`)))
      const read = store.text('key')
      const readOutcome = outcomeOf(read)
      let ended = 0
      for (const write of writes) void write.then(() => ended++)
      await driver.close()
      await turnOfEventLoop()
      expect(ended).toBe(writes.length)
      expect(await Promise.all(writes)).toEqual(writes.map(() => 'resolved'))
      expect(await readOutcome).toBe('resolved')
      expect(await read).toBe('value')
    },
  },
]
