import type { ConformanceCheck } from '../conformance-check.ts'
import { everyCall } from '../every-call.ts'
import type { ScopeHandle } from '../scope-handle.ts'
import { seeEntries } from '../see-entries.ts'
import { outcomeOf, turnOfEventLoop } from '../settlement.ts'

const anHourMs = 3_600_000

export const cancellationChecks: readonly ConformanceCheck[] = [
  {
    id: 'cancellation.aborted-before',
    promises: ['17.2'],
    title: 'A call whose signal was aborted before rejects with ABORTED and does nothing.',
    async run({ store, expect }) {
      const before = await fillAndSee(store)
      for (const { method, run } of everyCall(store)) {
        const outcome = await outcomeOf(run({ signal: AbortSignal.abort() }))
        expect([method, outcome]).toEqual([method, 'ABORTED'])
      }
      expect(await seeEntries(store)).toEqual(before)
    },
  },
  {
    id: 'cancellation.too-late',
    promises: ['17.2'],
    title: 'A call whose deadline has passed rejects with DEADLINE_EXCEEDED and does nothing.',
    async run({ store, expect }) {
      const before = await fillAndSee(store)
      for (const { method, run } of everyCall(store)) {
        const outcome = await outcomeOf(run({ deadlineAt: Date.now() - 1 }))
        expect([method, outcome]).toEqual([method, 'DEADLINE_EXCEEDED'])
      }
      expect(await seeEntries(store)).toEqual(before)
    },
  },
  {
    id: 'cancellation.in-time',
    promises: ['17.1'],
    title: 'A signal that does not abort and a deadline that does not pass change nothing.',
    async run({ store, expect }) {
      const { signal } = new AbortController()
      // Timers have their own longest delay.
      for (const deadlineAt of [Date.now() + anHourMs, Number.MAX_SAFE_INTEGER]) {
        await store.put('key')
        for (const { method, run } of everyCall(store)) {
          const outcome = await outcomeOf(run({ signal, deadlineAt }))
          expect([method, outcome]).toEqual([method, 'resolved'])
        }
      }
    },
  },
  {
    id: 'cancellation.of-a-read',
    promises: ['17.3'],
    title: 'A read that is aborted on its way gives its result or rejects with ABORTED.',
    async run({ store, expect }) {
      await store.put('key')
      for (const { method, writes, run } of everyCall(store)) {
        if (writes) continue
        const controller = new AbortController()
        const call = outcomeOf(run({ signal: controller.signal }))
        controller.abort()
        const isFair = ['resolved', 'ABORTED'].includes(await call)
        expect([method, isFair]).toEqual([method, true])
      }
    },
  },
  {
    id: 'cancellation.of-a-write',
    promises: ['17.3'],
    title:
      'A write that is aborted on its way was applied if it resolves, and never is if ABORTED.',
    async run({ store, expect }) {
      const outcomes = new Map<string, string>()
      for (let round = 0; round < 20; round++) {
        const key = `key ${round}`
        const controller = new AbortController()
        const change = { puts: [store.putOf(key)] }
        const call = outcomeOf(store.commit(change, { signal: controller.signal }))
        if (round % 2 === 1) await turnOfEventLoop()
        controller.abort()
        outcomes.set(key, await call)
      }
      // Whatever a driver still had in hand is done by the time that a later write is.
      await turnOfEventLoop()
      await store.put('later')
      for (const [key, outcome] of outcomes) {
        expect(['resolved', 'ABORTED', 'OUTCOME_UNKNOWN'].includes(outcome)).toBe(true)
        const isThere = (await store.get(key)) !== null
        if (outcome !== 'OUTCOME_UNKNOWN') expect(isThere).toBe(outcome === 'resolved')
      }
    },
  },
  {
    id: 'cancellation.of-one',
    promises: ['17.4'],
    title: 'To abort one call leaves those beside it alone.',
    async run({ store, expect }) {
      const controller = new AbortController()
      const calls = Array.from({ length: 10 }, (_, index) => {
        const change = { puts: [store.putOf(`${index}`)] }
        const options = index === 5 ? { signal: controller.signal } : undefined
        return outcomeOf(store.commit(change, options))
      })
      controller.abort()
      const outcomes = await Promise.all(calls)
      expect(outcomes.toSpliced(5, 1)).toEqual(Array.from({ length: 9 }, () => 'resolved'))
      const others = ['0', '1', '2', '3', '4', '6', '7', '8', '9']
      expect((await store.keys()).filter((key) => key !== '5')).toEqual(others)
    },
  },
]

async function fillAndSee(store: ScopeHandle): Promise<unknown> {
  await store.put('key', 'old')
  await store.put('gone', 'old', { expiresAt: 1 })
  return seeEntries(store)
}
