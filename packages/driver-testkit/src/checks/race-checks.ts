import type { HoldfastError, Version } from '@holdfast/core'
import type { ConformanceCheck } from '../conformance-check.ts'
import { sharedStore } from '../requirements.ts'
import type { ScopeHandle } from '../scope-handle.ts'
import { outcomeOf } from '../settlement.ts'
import type { Expect } from '../test-runner.ts'

/** What many commits at once come to that check what they change. */
export const raceChecks: readonly ConformanceCheck[] = [
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
