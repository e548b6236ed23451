import type { ConformanceCheck } from '../conformance-check.ts'
import { everyCall } from '../every-call.ts'
import { offered } from '../requirements.ts'
import { outcomeOf, turnOfEventLoop } from '../settlement.ts'

/** Long enough for a write to reach the store, in milliseconds. */
const shortWhileMs = 50

/** What happens when the store keeps calls waiting. */
export const holdUpChecks: readonly ConformanceCheck[] = [
  {
    id: 'cancellation.held-up',
    promises: ['17.1', '17.3'],
    title: 'Every call settles by its deadline and by its signal, whatever holds up the store.',
    needs: [offered('holdUp')],
    async run({ store, offers, orNothing, expect }) {
      await store.put('key')
      const release = await offers.holdUp()
      try {
        for (const { method, writes, run } of everyCall(store)) {
          const codes = writes ? ['OUTCOME_UNKNOWN', 'resolved'] : ['resolved']
          const late = await orNothing(outcomeOf(run({ deadlineAt: Date.now() + shortWhileMs })))
          const fair = [...codes, 'DEADLINE_EXCEEDED', 'STORE_BUSY']
          expect([method, late, fair.includes(late)]).toEqual([method, late, true])

          const controller = new AbortController()
          const call = outcomeOf(run({ signal: controller.signal }))
          await turnOfEventLoop()
          controller.abort()
          const aborted = await orNothing(call)
          const isFair = [...codes, 'ABORTED', 'STORE_BUSY'].includes(aborted)
          expect([method, aborted, isFair]).toEqual([method, aborted, true])
        }
      } finally {
        await release()
      }
    },
  },
  {
    id: 'cancellation.held-up-writes',
    promises: ['6.1', '17.3'],
    title: 'A write that was held up too long and says that it was not applied never is.',
    needs: [offered('holdUp')],
    async run({ store, offers, orNothing, expect }) {
      const release = await offers.holdUp()
      const outcomes = new Map<string, Promise<string>>()
      try {
        for (let round = 0; round < 10; round++) {
          const change = { puts: [store.putOf(`key ${round}`)] }
          const deadlineAt = Date.now() + shortWhileMs
          outcomes.set(`key ${round}`, outcomeOf(store.commit(change, { deadlineAt })))
        }
        expect(await orNothing(Promise.all(outcomes.values()).then(() => 'settled'))).toBe(
          'settled',
        )
      } finally {
        await release()
      }
      // Whatever a driver still had in hand is done by the time that a later write is.
      await store.put('later')
      for (const [key, ended] of outcomes) {
        const outcome = await ended
        if (outcome === 'OUTCOME_UNKNOWN') continue
        expect([key, outcome, (await store.get(key)) !== null]).toEqual([
          key,
          outcome,
          outcome === 'resolved',
        ])
      }
    },
  },
]
