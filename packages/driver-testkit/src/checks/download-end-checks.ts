import { setTimeout } from 'node:timers/promises'
import type { EntryStream } from '@holdfast/core'
import { bodyDifference, cut, joined, restOf } from '../bodies.ts'
import { differenceOf, noise } from '../bytes.ts'
import type { ConformanceCheck } from '../conformance-check.ts'
import { streams } from '../requirements.ts'
import type { ScopeHandle } from '../scope-handle.ts'
import { outcomeOf } from '../settlement.ts'
import { putSizable, sizable } from '../sizable-values.ts'

export const downloadEndChecks: readonly ConformanceCheck[] = [
  {
    id: 'streams.body-aborted',
    promises: ['20.11'],
    title: 'The signal of readStream ends the body, begun or not, with ABORTED.',
    needs: [streams],
    async run({ store, orNothing, expect }) {
      await putSizable(store)
      for (const key of ['streamed', 'whole']) {
        for (const begun of [true, false]) {
          const controller = new AbortController()
          const stream = await store.download(key, null, { signal: controller.signal })
          const pieces = stream?.body[Symbol.asyncIterator]()
          if (begun) await pieces?.next()
          controller.abort()
          expect(await orNothing(outcomeOf(joined(restOf(pieces))))).toBe('ABORTED')
        }
      }
      expect(differenceOf(await store.bytes('streamed'), noise(sizable))).toBe(null)
    },
  },
  {
    id: 'streams.deadline',
    promises: ['20.11'],
    title: 'The deadline of readStream is for the opening: the body goes on after it.',
    needs: [streams],
    async run({ store, expect }) {
      await putSizable(store)
      for (const key of ['streamed', 'whole']) {
        const { stream, deadlineAt } = await openInTime(store, key)
        const pieces = stream?.body[Symbol.asyncIterator]()
        const first = await pieces?.next()
        while (Date.now() <= deadlineAt) await setTimeout(deadlineAt - Date.now() + 1)
        const whole = restOf(pieces, first?.done === true ? undefined : first?.value)
        expect(await bodyDifference(whole, noise(sizable))).toBe(null)
      }
    },
  },
  {
    id: 'streams.closed',
    promises: ['15.2', '20.11'],
    title: 'close ends the bodies that are open, begun or not, with DRIVER_CLOSED.',
    needs: [streams],
    async run({ store, driver, orNothing, expect }) {
      await putSizable(store)
      const bodies = []
      for (const key of ['streamed', 'whole', 'streamed', 'whole']) {
        const stream = await store.download(key)
        bodies.push(stream?.body[Symbol.asyncIterator]())
      }
      for (const pieces of bodies.slice(2)) await pieces?.next()
      expect(await orNothing(outcomeOf(driver.close()))).toBe('resolved')
      for (const pieces of bodies) {
        expect(await orNothing(outcomeOf(joined(restOf(pieces))))).toBe('DRIVER_CLOSED')
      }
    },
  },
  {
    id: 'streams.stopped-early',
    promises: ['15.2', '20.11'],
    title: 'To stop reading early is no error, and neither is it not to read at all.',
    needs: [streams],
    async run({ store, driver, orNothing, expect }) {
      await putSizable(store)
      for (let round = 0; round < 10; round++) {
        for (const key of ['streamed', 'whole']) {
          await store.download(key)
          for await (const piece of (await store.download(key))?.body ?? []) {
            expect(piece.byteLength > 0).toBe(true)
            break
          }
        }
      }
      await store.upload('streamed', cut(noise(10)))
      expect(differenceOf(await store.bytes('streamed'), noise(10))).toBe(null)
      expect(await orNothing(outcomeOf(driver.close()))).toBe('resolved')
    },
  },
]

/** Opens a stream with the shortest deadline of some that a busy machine can meet. */
async function openInTime(
  store: ScopeHandle,
  key: string,
): Promise<{ readonly stream: EntryStream | null; readonly deadlineAt: number }> {
  for (let withinMs = 100; ; withinMs *= 2) {
    const deadlineAt = Date.now() + withinMs
    const opening = store.download(key, null, { deadlineAt })
    if ((await outcomeOf(opening)) !== 'DEADLINE_EXCEEDED' || withinMs > 5_000) {
      return { stream: await opening, deadlineAt }
    }
  }
}
