import { cut } from '../bodies.ts'
import { noise } from '../bytes.ts'
import type { ConformanceCheck } from '../conformance-check.ts'
import { movableClock, sharedStore, streams, watching } from '../requirements.ts'
import { outcomeOf, turnOfEventLoop } from '../settlement.ts'

/** What the states after the first one hold, wherever they come from. */
export const watchStateChecks: readonly ConformanceCheck[] = [
  {
    id: 'watching.between',
    promises: ['21.2'],
    title: 'A single write that is made while the first state is on its way is seen.',
    needs: [watching],
    async run({ store, expect }) {
      for (let turns = 0; turns < 10; turns++) {
        await using watch = store.watch('key')
        watch.ask()
        for (let turn = 0; turn < turns; turn++) await turnOfEventLoop()
        await store.put('key', `${turns}`)
        expect((await watch.until([`${turns}`])).at(-1)).toEqual([`${turns}`])
      }
    },
  },
  {
    id: 'watching.metadata',
    promises: ['3.2', '3.3', '21.2'],
    title: 'Later states have all the metadata that get gives.',
    needs: [watching],
    async run({ store, clock, expect }) {
      await store.putMany(['a', 'b'])
      await using watch = store.watch('a', 'b')
      await watch.next()
      const expiresAt = clock.now() + 3_600_000
      const options = [{ contentType: 'text/plain', expiresAt }, { contentType: 'image/png' }, {}]
      for (const [round, option] of options.entries()) {
        clock.advance(1_000)
        await store.put('a', `${round}`, option)
        expect(await watch.next()).toEqual([`${round}`, 'value'])
        expect(watch.states.at(-1)).toEqual(await store.getMany(['a', 'b']))
      }
    },
  },
  {
    id: 'watching.both-stores',
    promises: ['4.1', '21.2'],
    title: 'Changes are seen in either store, in each plugin and in each workspace.',
    needs: [watching],
    async run({ at, expect }) {
      const stores = [
        at({ store: 'persistent_store' }),
        at({ plugin: 'other' }),
        at({ workspace: 'other' }),
        at({ workspace: 'other', plugin: 'other', store: 'persistent_store' }),
      ]
      for (const store of stores) {
        await using watch = store.watch('key')
        expect(await watch.next()).toEqual([null])
        await store.put('key', 'new')
        expect(await watch.next()).toEqual(['new'])
        await store.delete('key')
        expect(await watch.next()).toEqual([null])
      }
    },
  },
  {
    id: 'watching.expiry-anew',
    promises: ['13.1', '21.2'],
    title: 'What counts is the expiry that was given last, not the one of the first state.',
    needs: [watching, movableClock],
    async run({ store, clock, expect }) {
      const start = clock.now()
      for (const key of ['for good', 'longer']) {
        await store.put(key, 'old', { expiresAt: start + 1_000 })
      }
      await store.putMany(['shorter', 'other'], 'old')
      await using watch = store.watch('for good', 'longer', 'shorter', 'other')
      expect(await watch.next()).toEqual(['old', 'old', 'old', 'old'])
      const puts = [
        store.putOf('for good', 'new'),
        store.putOf('longer', 'new', { expiresAt: start + 3_000 }),
        store.putOf('shorter', 'new', { expiresAt: start + 2_000 }),
      ]
      await store.commit({ puts })
      expect(await watch.next()).toEqual(['new', 'new', 'new', 'old'])
      watch.ask()
      await turnOfEventLoop()
      clock.advance(1_500)
      await store.put('other', 'new')
      expect(await watch.next()).toEqual(['new', 'new', 'new', 'new'])
      for (const state of [
        ['new', 'new', null, 'new'],
        ['new', null, null, 'new'],
      ]) {
        watch.ask()
        await turnOfEventLoop()
        clock.advance(1_000)
        expect(await watch.next()).toEqual(state)
      }
    },
  },
  {
    id: 'watching.many',
    promises: ['21.1', '21.2'],
    title: 'Of 20 watches at once none waits for another to end.',
    needs: [watching],
    async run({ store, orNothing, expect }) {
      await using stack = new AsyncDisposableStack()
      const watches = Array.from({ length: 20 }, () => stack.use(store.watch('key')))
      for (const watch of watches) watch.ask()
      const states = Promise.all(watches.map((watch) => watch.next()))
      expect(await states).toEqual(watches.map(() => [null]))
      expect(await orNothing(outcomeOf(store.put('key', 'new')))).toBe('resolved')
      const next = Promise.all(watches.map((watch) => watch.next()))
      expect(await next).toEqual(watches.map(() => ['new']))
    },
  },
  {
    id: 'watching.shared-deletes',
    promises: ['16.3', '21.2'],
    title: 'A key that another driver deletes is seen to be gone, while others stay.',
    needs: [watching, sharedStore],
    async run({ store, at, openDriver, expect }) {
      const other = at({}, await openDriver())
      await store.putMany(['key', 'kept'])
      await using watch = store.watch('key', 'kept')
      expect(await watch.next()).toEqual(['value', 'value'])
      await other.delete('key')
      expect(await watch.next()).toEqual([null, 'value'])
    },
  },
  {
    id: 'watching.shared-streams',
    promises: ['16.3', '20.1', '21.2'],
    title: 'A value that another driver streams is seen.',
    needs: [watching, sharedStore, streams],
    async run({ store, at, openDriver, expect }) {
      const other = at({}, await openDriver())
      await using watch = store.watch('key')
      expect(await watch.next()).toEqual([null])
      const version = await other.upload('key', cut(noise(300_000)))
      await watch.next()
      expect(watch.states.at(-1)?.[0]?.version).toBe(version)
    },
  },
]
