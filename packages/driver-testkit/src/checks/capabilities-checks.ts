import { limits } from '@holdfast/core'
import { differenceOf } from '../bytes.ts'
import type { ConformanceCheck } from '../conformance-check.ts'
import { noStreams, noWatching } from '../requirements.ts'
import { outcomeOf } from '../settlement.ts'

export const capabilitiesChecks: readonly ConformanceCheck[] = [
  {
    id: 'capabilities.fixed',
    promises: ['19.1'],
    title: 'The capabilities of a driver are the same before and after it is opened.',
    async run({ subject, driver, createStore, expect }) {
      expect(driver.capabilities).toEqual(subject.capabilities)
      const { createDriver } = await createStore()
      const unopened = await createDriver()
      expect(unopened.capabilities).toEqual(subject.capabilities)
      expect(unopened.name === '').toBe(false)
    },
  },
  {
    id: 'capabilities.bounds',
    promises: ['19.2'],
    title: 'A driver promises no more than the limits of core, and no less than is of use.',
    async run({ driver, expect }) {
      const { durability, ...most } = driver.capabilities
      const bounds = {
        maxValueBytes: [65_536, limits.maxValueBytes],
        maxCommitEntries: [100, limits.maxCommitEntries],
        maxCommitBytes: [most.maxValueBytes, limits.maxCommitBytes],
        maxStreamBytes: [0, Number.MAX_SAFE_INTEGER],
        maxWatchedKeys: [0, limits.maxWatchedKeys],
      } as const
      const names = ['maxValueBytes', 'maxCommitEntries', 'maxCommitBytes'] as const
      for (const name of [...names, 'maxStreamBytes', 'maxWatchedKeys'] as const) {
        const [least, greatest] = bounds[name]
        const isWithin = most[name] >= least && most[name] <= greatest
        expect([name, Number.isInteger(most[name]) && isWithin]).toEqual([name, true])
      }
      expect(['none', 'process', 'power-loss'].includes(durability)).toBe(true)
      expect(most.maxStreamBytes === 0 || most.maxStreamBytes >= limits.maxValueBytes).toBe(true)
    },
  },
  {
    id: 'capabilities.largest-value',
    promises: ['19.3'],
    title: 'A value of maxValueBytes is stored.',
    async run({ store, driver, expect }) {
      const value = new Uint8Array(driver.capabilities.maxValueBytes).fill(0xa5)
      expect(await outcomeOf(store.put('key', value))).toBe('resolved')
      expect(differenceOf((await store.get('key'))?.value, value)).toBe(null)
      expect(await store.usage()).toEqual({ entries: 1, bytes: value.byteLength + 3 })
    },
  },
  {
    id: 'capabilities.too-large',
    promises: ['6.6'],
    title: 'A larger value is refused with VALUE_TOO_LARGE, and nothing is written.',
    async run({ store, driver, expect }) {
      const version = await store.put('key', 'old')
      const value = new Uint8Array(driver.capabilities.maxValueBytes + 1)
      const puts = [store.putOf('other'), store.putOf('key', value)]
      expect(await outcomeOf(store.commit({ puts }))).toBe('VALUE_TOO_LARGE')
      expect(await store.keys()).toEqual(['key'])
      expect((await store.get('key'))?.version).toBe(version)
    },
  },
  {
    id: 'capabilities.commit-bytes',
    promises: ['6.6'],
    title: 'Values of more than maxCommitBytes together are refused with COMMIT_TOO_LARGE.',
    async run({ store, driver, expect }) {
      const { maxValueBytes, maxCommitBytes } = driver.capabilities
      const value = new Uint8Array(maxValueBytes)
      const count = Math.floor(maxCommitBytes / maxValueBytes) + 1
      const puts = Array.from({ length: count }, (_, index) => store.putOf(`${index}`, value))
      expect(await outcomeOf(store.commit({ puts }))).toBe('COMMIT_TOO_LARGE')
      expect(await store.keys()).toEqual([])
    },
  },
  {
    id: 'capabilities.no-streams',
    promises: ['19.4'],
    title: 'Where maxStreamBytes is 0, readStream and writeStream reject with UNSUPPORTED.',
    needs: [noStreams],
    async run({ store, driver, expect }) {
      const { store: _, value: __, ...put } = store.putOf('key')
      const body = (async function* () {})()
      const stream = { ...put, expected: undefined, quota: null, body }
      expect(await outcomeOf(driver.writeStream(store.scope, stream))).toBe('UNSUPPORTED')
      expect(await outcomeOf(driver.readStream(store.scope, put.key, null))).toBe('UNSUPPORTED')
      expect(await store.keys()).toEqual([])
    },
  },
  {
    id: 'capabilities.no-watching',
    promises: ['19.4'],
    title: 'Where maxWatchedKeys is 0, watch rejects with UNSUPPORTED.',
    needs: [noWatching],
    async run({ store, driver, expect }) {
      const first = async (): Promise<void> => {
        for await (const _ of driver.watch(store.scope, [store.putOf('key').key])) return
      }
      expect(await outcomeOf(first())).toBe('UNSUPPORTED')
    },
  },
]
