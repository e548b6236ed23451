import { type HoldfastError, limits } from '@holdfast/core'
import { cut, HeldBody } from '../bodies.ts'
import { differenceOf, mebibyte, noise, utf8 } from '../bytes.ts'
import type { ConformanceCheck } from '../conformance-check.ts'
import { HeldUpload } from '../held-upload.ts'
import { boundedStreams, movableClock, offered, streams } from '../requirements.ts'
import { seeEntries } from '../see-entries.ts'
import { failureOf, outcomeOf } from '../settlement.ts'

const sizable = 700_000

export const uploadChecks: readonly ConformanceCheck[] = [
  {
    id: 'streams.unseen',
    promises: ['20.3'],
    title: 'Nobody sees anything of a value before its body has ended.',
    needs: [streams],
    async run(bench) {
      const { store, driver, expect } = bench
      await store.put('key', 'old')
      const before = await seeEntries(store)
      await using replacing = await HeldUpload.begin(bench, store, 'key', noise(sizable))
      await using adding = await HeldUpload.begin(bench, store, 'new', noise(sizable))
      expect(await seeEntries(store)).toEqual(before)
      expect(await store.download('new')).toBe(null)
      const everything = { workspace: null, plugin: null, cursor: null, limit: 10 }
      const { scopes } = await driver.scopes(everything)
      expect(scopes).toEqual([{ scope: store.scope, usage: { entries: 1, bytes: 6 } }])
      expect([await replacing.finish(), await adding.finish()]).toEqual(['resolved', 'resolved'])
      for (const key of ['key', 'new']) {
        expect(differenceOf(await store.bytes(key), noise(sizable))).toBe(null)
      }
    },
  },
  {
    id: 'streams.body-fails',
    promises: ['20.4'],
    title: 'An upload whose body fails rejects with BODY_FAILED and leaves everything as it was.',
    needs: [streams],
    async run({ store, expect }) {
      await store.put('key', 'old')
      const before = await seeEntries(store)
      for (const [key, length] of [
        ['key', 0],
        ['key', sizable],
        ['new', 5],
      ] as const) {
        const cause = new Error('the line is cut')
        const error = await failureOf(store.upload(key, brokenAfter(length, cause)))
        const { code, cause: found } = error as HoldfastError
        expect([code, found === cause]).toEqual(['BODY_FAILED', true])
        expect(await seeEntries(store)).toEqual(before)
      }
    },
  },
  {
    id: 'streams.wrong-type',
    promises: ['20.4'],
    title: 'A body that gives something other than bytes is refused with WRONG_TYPE.',
    needs: [streams],
    async run({ store, expect }) {
      await store.put('key', 'old')
      const before = await seeEntries(store)
      for (const wrong of ['text', new ArrayBuffer(3), [1, 2], null, undefined, 7]) {
        const body = (async function* (): AsyncGenerator<Uint8Array> {
          yield noise(100)
          yield wrong as unknown as Uint8Array
        })()
        expect(await outcomeOf(store.upload('key', body))).toBe('WRONG_TYPE')
        expect(await seeEntries(store)).toEqual(before)
      }
    },
  },
  {
    id: 'streams.too-large',
    promises: ['20.4'],
    title: 'A body of more than maxStreamBytes is refused with VALUE_TOO_LARGE.',
    needs: [streams, boundedStreams],
    async run({ store, driver, expect }) {
      await store.put('key', 'old')
      const before = await seeEntries(store)
      const body = cut(new Uint8Array(driver.capabilities.maxStreamBytes + 1), mebibyte)
      expect(await outcomeOf(store.upload('key', body))).toBe('VALUE_TOO_LARGE')
      expect(await seeEntries(store)).toEqual(before)
    },
  },
  {
    id: 'streams.aborted',
    promises: ['17.3', '20.4'],
    title: 'An upload that is aborted leaves everything as it was, and tells its body to end.',
    needs: [streams],
    async run(bench) {
      const { store, orNothing, expect } = bench
      await store.put('key', 'old')
      const before = await seeEntries(store)
      const controller = new AbortController()
      const options = { signal: controller.signal }
      await using upload = await HeldUpload.begin(bench, store, 'key', noise(sizable), options)
      controller.abort()
      const outcome = await orNothing(upload.outcome)
      expect([outcome, ['ABORTED', 'OUTCOME_UNKNOWN'].includes(outcome)]).toEqual([outcome, true])
      expect(upload.body.wasStopped).toBe(true)
      expect(await seeEntries(store)).toEqual(before)
    },
  },
  {
    id: 'streams.expected',
    promises: ['7.2', '20.5'],
    title: 'The check of an upload is held against what is there when its body has ended.',
    needs: [streams],
    async run(bench) {
      const { store, expect } = bench
      const expected = await store.put('key', 'old')
      await using late = await HeldUpload.begin(bench, store, 'key', noise(sizable), { expected })
      const current = await store.put('key', 'between')
      expect(await late.finish()).toBe('VERSION_MISMATCH')
      expect(await store.text('key')).toBe('between')
      const stale = store.upload('key', cut(noise(10)), { expected })
      const { context } = (await failureOf(stale)) as HoldfastError
      expect(context).toEqual({ store: store.scope.store, key: 'key', expected, current })
      expect(await store.usage()).toEqual({ entries: 1, bytes: 10 })

      const options = { expected: null }
      await using patient = await HeldUpload.begin(bench, store, 'key', noise(sizable), options)
      await store.delete('key')
      expect(await patient.finish()).toBe('resolved')
      expect(await outcomeOf(store.upload('key', cut(noise(1)), options))).toBe('VERSION_MISMATCH')
      expect((await store.get('key'))?.version).toBe(patient.version)
    },
  },
  {
    id: 'streams.quota',
    promises: ['9.1', '20.5'],
    title: 'The quota of an upload is held against what is there when its body has ended.',
    needs: [streams],
    async run(bench) {
      const { store, at, expect } = bench
      const quota = { maxBytes: sizable + 3 }
      await using over = await HeldUpload.begin(bench, store, 'key', noise(sizable), { quota })
      await at({ store: 'persistent_store' }).put('k', '')
      expect(await over.finish()).toBe('QUOTA_EXCEEDED')
      expect(await store.keys()).toEqual([])
      expect(await store.usage()).toEqual({ entries: 0, bytes: 0 })

      await using fits = await HeldUpload.begin(bench, store, 'key', noise(sizable), { quota })
      await at({ store: 'persistent_store' }).delete('k')
      expect(await fits.finish()).toBe('resolved')
      expect(await outcomeOf(store.upload('key', cut(noise(sizable)), { quota }))).toBe('resolved')
      expect(await outcomeOf(store.upload('k', cut(noise(1)), { quota }))).toBe('QUOTA_EXCEEDED')
      expect(await outcomeOf(store.put('k', '', { quota }))).toBe('QUOTA_EXCEEDED')
      expect(await store.usage()).toEqual({ entries: 1, bytes: sizable + 3 })
    },
  },
  {
    id: 'streams.quota-shrinking',
    promises: ['9.4', '20.5'],
    title: 'Where more is held than the quota, an upload that adds nothing is still allowed.',
    needs: [streams],
    async run({ store, expect }) {
      const quota = { maxBytes: 20 }
      await store.put('key', noise(sizable))
      const upload = (bytes: number): Promise<string> =>
        outcomeOf(store.upload('key', cut(noise(bytes)), { quota }))
      expect(await upload(sizable + 1)).toBe('QUOTA_EXCEEDED')
      expect(await upload(sizable)).toBe('resolved')
      expect(await upload(1_000)).toBe('resolved')
      expect(await store.usage()).toEqual({ entries: 1, bytes: 1_003 })
    },
  },
  {
    id: 'streams.quota-early',
    promises: ['20.4', '20.5'],
    title: 'A body that can never fit the quota is refused before its end, and told to end.',
    needs: [streams],
    async run({ store, expect }) {
      await store.put('key', 'old')
      const before = await seeEntries(store)
      const body = new HeldBody(cut(new Uint8Array(64 * mebibyte), mebibyte), cut(noise(1)))
      // A body that is taken whole goes on to its end, so that this ends, too.
      const taken = body.held.then(() => body.goOn())
      const upload = outcomeOf(store.upload('key', body, { quota: { maxBytes: mebibyte } }))
      expect(await Promise.race([upload, taken])).toBe('QUOTA_EXCEEDED')
      expect(body.wasStopped).toBe(true)
      expect(await seeEntries(store)).toEqual(before)
    },
  },
  {
    id: 'streams.lease',
    promises: ['20.12'],
    title: 'An upload that nobody heard of for uploadLeaseMs is swept, or else comes to its end.',
    needs: [streams, movableClock],
    async run(bench) {
      const { store, driver, clock, expect } = bench
      await store.put('key', 'old')
      await using upload = await HeldUpload.begin(bench, store, 'key', noise(3 * mebibyte))
      await driver.sweep(clock.now())
      await using second = await HeldUpload.begin(bench, store, 'new', noise(3 * mebibyte))
      expect(await second.finish()).toBe('resolved')
      clock.advance(2 * limits.uploadLeaseMs)
      expect(await driver.sweep(clock.now())).toEqual({ entries: 0, bytes: 0 })
      expect(await store.text('key')).toBe('old')
      const outcome = await upload.finish()
      expect([outcome, ['resolved', 'UPLOAD_EXPIRED'].includes(outcome)]).toEqual([outcome, true])
      const there = outcome === 'resolved' ? noise(3 * mebibyte) : utf8('old')
      expect(differenceOf(await store.bytes('key'), there)).toBe(null)
      expect((await store.usage()).bytes).toBe(6 + 3 * mebibyte + there.byteLength)
    },
  },
  {
    id: 'streams.leftovers',
    promises: ['20.4', '20.12'],
    title: 'After a sweep nothing is left of uploads that did not end, nor of what was replaced.',
    needs: [streams, movableClock, offered('countLeftovers')],
    async run(bench) {
      const { store, driver, clock, offers, expect } = bench
      const value = noise(3 * mebibyte)
      await using lost = await HeldUpload.begin(bench, store, 'lost', value)
      for (const key of ['a', 'b', 'c', 'd']) await store.upload(key, cut(value))
      await outcomeOf(store.upload('a', brokenAfter(sizable, new Error('the line is cut'))))
      await outcomeOf(store.upload('a', cut(value), { expected: null }))
      await outcomeOf(store.upload('a', cut(value), { quota: { maxBytes: mebibyte } }))
      await store.put('b', 'whole')
      await store.delete('c')
      await store.upload('d', cut(noise(10)), { expiresAt: clock.now() + 1 })
      clock.advance(2 * limits.uploadLeaseMs)
      await driver.sweep(clock.now())
      expect(await offers.countLeftovers()).toBe(0)
      expect(await store.keys()).toEqual(['a', 'b'])
      await store.clear()
      await driver.sweep(clock.now())
      expect(await offers.countLeftovers()).toBe(0)
      expect(await lost.finish()).toBe('UPLOAD_EXPIRED')
    },
  },
]

async function* brokenAfter(length: number, cause: Error): AsyncGenerator<Uint8Array> {
  yield* cut(noise(length))
  throw cause
}
