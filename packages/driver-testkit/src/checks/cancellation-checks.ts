import type { CallOptions } from '@holdfast/core'
import { cut } from '../bodies.ts'
import { noise } from '../bytes.ts'
import type { ConformanceCheck } from '../conformance-check.ts'
import { everyCall } from '../every-call.ts'
import { streams } from '../requirements.ts'
import type { ScopeHandle } from '../scope-handle.ts'
import { seeEntries } from '../see-entries.ts'
import { outcomeOf, turnOfEventLoop } from '../settlement.ts'
import type { TestBench } from '../test-bench.ts'

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
    run: (bench) =>
      expectTruth(bench, ['new', 'old'], (store, options) =>
        store.commit({ puts: [store.putOf('new')] }, options),
      ),
  },
  {
    id: 'cancellation.of-a-clear',
    promises: ['17.3'],
    title:
      'A clear that is aborted on its way has cleared if it resolves, and never does if ABORTED.',
    run: (bench) => expectTruth(bench, [], (store, options) => store.clear(options)),
  },
  {
    id: 'cancellation.of-an-upload',
    promises: ['17.3', '20.4'],
    title: 'An upload that is aborted on its way is there if it resolves, and never is if ABORTED.',
    needs: [streams],
    run: (bench) =>
      expectTruth(bench, ['new', 'old'], (store, options) =>
        store.upload('new', cut(noise(100_000)), {}, options),
      ),
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

/**
 * Aborts one write in each of several scopes, at once or a moment later, and holds what the calls
 * said against what is there in the end.
 */
async function expectTruth(
  { at, store, expect }: TestBench,
  keysAfter: readonly string[],
  write: (store: ScopeHandle, options: CallOptions) => Promise<unknown>,
): Promise<void> {
  const ended: (readonly [scope: ScopeHandle, outcome: string])[] = []
  for (let round = 0; round < 20; round++) {
    const scope = at({ plugin: `plugin-${round}` })
    await scope.put('old')
    const controller = new AbortController()
    const call = outcomeOf(write(scope, { signal: controller.signal }))
    if (round % 2 === 1) await turnOfEventLoop()
    controller.abort()
    ended.push([scope, await call])
  }
  // Whatever a driver still had in hand is done by the time that a later write is.
  await turnOfEventLoop()
  await store.put('later')
  for (const [scope, outcome] of ended) {
    expect(['resolved', 'ABORTED', 'OUTCOME_UNKNOWN'].includes(outcome)).toBe(true)
    if (outcome === 'OUTCOME_UNKNOWN') continue
    expect([outcome, await scope.keys()]).toEqual([
      outcome,
      outcome === 'resolved' ? keysAfter : ['old'],
    ])
  }
}

async function fillAndSee(store: ScopeHandle): Promise<unknown> {
  await store.put('key', 'old')
  await store.put('gone', 'old', { expiresAt: 1 })
  return seeEntries(store)
}
