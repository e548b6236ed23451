import { cut, HeldBody } from '../bodies.ts'
import { noise } from '../bytes.ts'
import type { ConformanceCheck } from '../conformance-check.ts'
import { HeldUpload } from '../held-upload.ts'
import { streams } from '../requirements.ts'
import { outcomeOf } from '../settlement.ts'

const sizable = 700_000

export const uploadEndChecks: readonly ConformanceCheck[] = [
  {
    id: 'streams.refused-unread',
    promises: ['17.2', '20.4'],
    title: 'An upload that is refused before anything of its body was read tells it to end, too.',
    needs: [streams],
    async run({ store, expect }) {
      for (const [code, options] of [
        ['ABORTED', { signal: AbortSignal.abort() }],
        ['DEADLINE_EXCEEDED', { deadlineAt: 1 }],
      ] as const) {
        const body = new HeldBody(cut(noise(1)), cut(noise(1)))
        expect(await outcomeOf(store.upload('key', body, {}, options))).toBe(code)
        expect([code, body.wasStopped]).toEqual([code, true])
      }
    },
  },
  {
    id: 'streams.upload-closed',
    promises: ['15.2', '20.4'],
    title: 'close ends an upload whose body has not ended, with DRIVER_CLOSED.',
    needs: [streams],
    async run(bench) {
      const { store, driver, orNothing, expect } = bench
      await using upload = await HeldUpload.begin(bench, store, 'key', noise(sizable))
      expect(await orNothing(outcomeOf(driver.close()))).toBe('resolved')
      expect(await upload.outcome).toBe('DRIVER_CLOSED')
      expect(upload.body.wasStopped).toBe(true)
    },
  },
]
