import { cut } from '../bodies.ts'
import { differenceOf, utf8 } from '../bytes.ts'
import type { ConformanceCheck } from '../conformance-check.ts'
import { movableClock, sharedStore, streams, watching } from '../requirements.ts'
import { outcomeOf, turnOfEventLoop } from '../settlement.ts'
import { watchStateChecks } from './watch-state-checks.ts'

export const watchingChecks: readonly ConformanceCheck[] = [
  {
    id: 'watching.first',
    promises: ['21.1'],
    title: 'A watch begins with the keys as they are, in the order asked, null for what is absent.',
    needs: [watching],
    async run({ store, expect }) {
      await store.put('a', 'of a', { contentType: 'text/plain' })
      await store.put('empty', '')
      await using watch = store.watch('missing', 'empty', 'a', 'empty')
      expect(await watch.next()).toEqual([null, '', 'of a', ''])
      const entries = await store.getMany(['missing', 'empty', 'a', 'empty'])
      expect(watch.states).toEqual([entries])
    },
  },
  {
    id: 'watching.changes',
    promises: ['21.2'],
    title: 'Each put, overwrite, delete and clear is followed by the keys as they are then.',
    needs: [watching],
    async run({ store, expect }) {
      await using watch = store.watch('a', 'b')
      expect(await watch.next()).toEqual([null, null])
      const follow = async (change: Promise<unknown>): Promise<unknown> => {
        await change
        return watch.next()
      }
      expect(await follow(store.put('a', 'first'))).toEqual(['first', null])
      expect(await follow(store.put('a', 'second'))).toEqual(['second', null])
      expect(await follow(store.put('b', ''))).toEqual(['second', ''])
      expect(await follow(store.delete('a'))).toEqual([null, ''])
      expect(await follow(store.put('a', 'third'))).toEqual(['third', ''])
      expect(await follow(store.clear())).toEqual([null, null])
      expect(await follow(store.put('a', 'fourth'))).toEqual(['fourth', null])
    },
  },
  {
    id: 'watching.while-asked',
    promises: ['21.2'],
    title: 'A change that comes while the next state is awaited is seen like any other.',
    needs: [watching],
    async run({ store, expect }) {
      await using watch = store.watch('key')
      watch.ask()
      expect(await watch.next()).toEqual([null])
      for (let round = 0; round < 10; round++) {
        watch.ask()
        await store.put('key', `${round}`)
        expect(await watch.next()).toEqual([`${round}`])
      }
    },
  },
  {
    id: 'watching.same-bytes',
    promises: ['21.2'],
    title: 'An entry that is written again with the same bytes is a change.',
    needs: [watching],
    async run({ store, expect }) {
      await store.put('key', 'same')
      await using watch = store.watch('key')
      await watch.next()
      const version = await store.put('key', 'same')
      expect(await watch.next()).toEqual(['same'])
      expect(watch.states.at(-1)?.[0]?.version).toBe(version)
    },
  },
  {
    id: 'watching.streams',
    promises: ['20.3', '21.2'],
    title: 'A streamed value is seen when it is whole, with its value.',
    needs: [watching, streams],
    async run({ store, expect }) {
      await using watch = store.watch('key')
      await watch.next()
      await store.upload('key', cut(utf8('streamed'), 3))
      expect(await watch.next()).toEqual(['streamed'])
      const value = new Uint8Array(700_000).fill(7)
      await store.upload('key', cut(value))
      await watch.next()
      expect(differenceOf(watch.states.at(-1)?.[0]?.value, value)).toBe(null)
    },
  },
  {
    id: 'watching.expiry',
    promises: ['13.1', '21.2'],
    title: 'An entry that expires is followed by its absence, whatever else was written meanwhile.',
    needs: [watching, movableClock],
    async run({ store, clock, expect }) {
      const start = clock.now()
      await store.put('a', 'of a', { expiresAt: start + 1_000 })
      await store.put('b', 'of b', { expiresAt: start + 2_000 })
      await store.put('c', 'of c')
      await using watch = store.watch('a', 'b', 'c')
      expect(await watch.next()).toEqual(['of a', 'of b', 'of c'])
      watch.ask()
      await store.put('other')
      await store.delete('other')
      // Nothing but time is to show that the entry is gone.
      await turnOfEventLoop()
      clock.advance(1_000)
      expect(await watch.next()).toEqual([null, 'of b', 'of c'])
      await store.put('c', 'new')
      expect(await watch.next()).toEqual([null, 'of b', 'new'])
      watch.ask()
      await turnOfEventLoop()
      clock.advance(1_000)
      expect(await watch.next()).toEqual([null, null, 'new'])
    },
  },
  {
    id: 'watching.last-state',
    promises: ['21.2', '21.3'],
    title: 'After a burst of changes the last state comes, and none that is older than one before.',
    needs: [watching],
    async run({ store, expect }) {
      await using watch = store.watch('a', 'b')
      const rounds = Array.from({ length: 100 }, (_, round) => `${round}`)
      const write = async (): Promise<void> => {
        for (const round of rounds) {
          await store.commit({ puts: [store.putOf('a', round), store.putOf('b', round)] })
        }
        await store.delete('a')
      }
      const [seen] = await Promise.all([watch.until([null, '99']), write()])
      expect(seen.at(-1)).toEqual([null, '99'])
      const ofB = watch.states.flatMap(([, b]) =>
        b ? [Number(new TextDecoder().decode(b.value ?? undefined))] : [],
      )
      expect(ofB).toEqual(ofB.toSorted((left, right) => left - right))
    },
  },
  {
    id: 'watching.one-moment',
    promises: ['6.3', '21.3'],
    title: 'A state is of one moment: all of a commit is in it, or nothing.',
    needs: [watching],
    async run({ store, expect }) {
      await store.putMany(['a', 'b', 'c'], 'begin')
      await using watch = store.watch('a', 'b', 'c')
      const write = async (): Promise<void> => {
        for (let round = 0; round < 100; round++) await store.putMany(['a', 'b', 'c'], `${round}`)
        await store.putMany(['a', 'b', 'c'], 'end')
      }
      const [seen] = await Promise.all([watch.until(['end', 'end', 'end']), write()])
      expect(seen.at(-1)).toEqual(['end', 'end', 'end'])
      for (const state of seen) expect(new Set(state as readonly unknown[]).size).toBe(1)
    },
  },
  {
    id: 'watching.nothing-else',
    promises: ['4.1', '21.3'],
    title: 'Other keys, other scopes, refused commits and sweeps yield nothing.',
    needs: [watching],
    async run({ store, at, driver, clock, expect }) {
      await store.put('key', 'first')
      await using watch = store.watch('key', 'missing')
      expect(await watch.next()).toEqual(['first', null])
      const others = [
        at({ store: 'persistent_store' }),
        at({ plugin: 'other' }),
        at({ workspace: 'other' }),
      ]
      for (let round = 0; round < 10; round++) {
        watch.ask()
        await store.putMany(['ke', 'key ', 'keys', 'KEY'])
        await store.delete('keys', 'missing')
        for (const other of others) await other.put('key', `${round}`)
        await others[0]?.clear()
        await outcomeOf(
          store.commit({ deletes: [store.deleteOf('key')], checks: [store.checkOf('key', null)] }),
        )
        await driver.sweep(clock.now())
      }
      await store.put('key', 'second')
      expect(await watch.next()).toEqual(['second', null])
    },
  },
  {
    id: 'watching.slow',
    promises: ['21.4'],
    title: 'Whoever asks seldom is given at most one state that is no longer true.',
    needs: [watching],
    async run({ store, expect }) {
      await using watch = store.watch('key')
      await watch.next()
      for (let burst = 0; burst < 3; burst++) {
        for (let round = 0; round < 50; round++) await store.put('key', `${burst} ${round}`)
        const seen = await watch.until([`${burst} 49`])
        expect(seen.at(-1)).toEqual([`${burst} 49`])
        expect(seen.length <= 2).toBe(true)
      }
    },
  },
  {
    id: 'watching.several',
    promises: ['21.2'],
    title: 'Several watches of one key each see the last state, and one that stops stops alone.',
    needs: [watching],
    async run({ store, at, orNothing, expect }) {
      await using first = store.watch('key')
      await using second = store.watch('other', 'key')
      await using elsewhere = at({ plugin: 'other' }).watch('key')
      await using stopped = store.watch('key')
      for (const watch of [first, second, elsewhere, stopped]) await watch.next()
      expect(await orNothing(outcomeOf(stopped.stop()))).toBe('resolved')
      await store.put('key', 'new')
      expect(await first.next()).toEqual(['new'])
      expect(await second.next()).toEqual([null, 'new'])
      await at({ plugin: 'other' }).put('key', 'of the other')
      expect(await elsewhere.next()).toEqual(['of the other'])
    },
  },
  {
    id: 'watching.shared',
    promises: ['16.3', '21.2'],
    title: 'What is changed through another driver on the store is seen, too.',
    needs: [watching, sharedStore],
    async run({ store, at, openDriver, expect }) {
      const other = at({}, await openDriver())
      await using here = store.watch('key')
      await using there = other.watch('key')
      await here.next()
      await there.next()
      for (const [writer, text] of [
        [other, 'one'],
        [store, 'two'],
        [other, 'three'],
      ] as const) {
        await writer.put('key', text)
        expect(await here.next()).toEqual([text])
        expect(await there.next()).toEqual([text])
      }
      await other.clear()
      expect(await here.next()).toEqual([null])
    },
  },
  {
    id: 'watching.copies',
    promises: ['2.4', '2.5'],
    title: 'A value that a watch gives is a copy, and plain.',
    needs: [watching],
    async run({ store, expect }) {
      await store.put('key', 'as stored')
      await using watch = store.watch('key')
      await using other = store.watch('key')
      await watch.next()
      const value = watch.states[0]?.[0]?.value
      expect(value && Object.getPrototypeOf(value)).toBe(Uint8Array.prototype)
      new Uint8Array(value?.buffer ?? new ArrayBuffer()).fill(0)
      expect(await store.text('key')).toBe('as stored')
      expect(await other.next()).toEqual(['as stored'])
    },
  },
  ...watchStateChecks,
]
