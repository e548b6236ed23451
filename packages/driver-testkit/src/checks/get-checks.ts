import { limits } from '@holdfast/core'
import { differenceOf } from '../bytes.ts'
import type { ConformanceCheck } from '../conformance-check.ts'
import { readWhile } from '../read-while.ts'
import { valuesOf } from '../requirements.ts'
import { outcomeOf } from '../settlement.ts'

export const getChecks: readonly ConformanceCheck[] = [
  {
    id: 'get.order',
    promises: ['5.1'],
    title: 'One item comes back for each key, in the order asked; null where there is no entry.',
    async run({ store, expect }) {
      await store.putMany(['a', 'b', 'c'])
      const entries = await store.getMany(['c', 'missing', 'a', 'b'])
      expect(entries.map((entry) => entry?.key ?? null)).toEqual(['c', null, 'a', 'b'])
      expect(entries[1]).toBe(null)
    },
  },
  {
    id: 'get.duplicates',
    promises: ['5.1'],
    title: 'A key asked for twice is answered twice.',
    async run({ store, expect }) {
      await store.putMany(['a', 'b'])
      const entries = await store.getMany(['a', 'b', 'a', 'none', 'none', 'a'])
      expect(entries.map((entry) => entry?.key ?? null)).toEqual(['a', 'b', 'a', null, null, 'a'])
    },
  },
  {
    id: 'get.at-once',
    promises: ['5.1'],
    title: 'Of many reads at once, each is answered with what it asked for.',
    async run({ store, expect }) {
      const keys = Array.from({ length: 20 }, (_, index) => `${index}`)
      await store.putMany(keys.filter((_, index) => index % 3 > 0))
      const asked = keys.map((_, index) => [...keys.slice(index, index + 4), '1', '0', '1'])
      const entries = await Promise.all(asked.map((some) => store.getMany(some)))
      expect(entries.map((some) => some.map((entry) => entry?.key ?? null))).toEqual(
        asked.map((some) => some.map((key) => (Number(key) % 3 > 0 ? key : null))),
      )
    },
  },
  {
    id: 'get.nothing',
    promises: ['5.1'],
    title: 'No keys are answered with no items.',
    async run({ store, expect }) {
      const read = store.getMany([])
      expect(await outcomeOf(read)).toBe('resolved')
      expect(await read).toEqual([])
    },
  },
  {
    id: 'get.most-keys',
    promises: ['5.2'],
    title: `One call reads ${limits.maxGetKeys} keys.`,
    async run({ store, expect }) {
      const keys = Array.from({ length: limits.maxGetKeys }, (_, index) => `key ${index}`)
      await store.putMany(keys)
      const read = store.getMany(keys)
      expect(await outcomeOf(read)).toBe('resolved')
      expect((await read).map((entry) => entry?.key)).toEqual(keys)
    },
  },
  {
    id: 'get.too-many-keys',
    promises: ['5.2'],
    title: `More than ${limits.maxGetKeys} keys are refused with INVALID_ARGUMENT.`,
    async run({ store, expect }) {
      const keys = Array.from({ length: limits.maxGetKeys + 1 }, (_, index) => `key ${index}`)
      expect(await outcomeOf(store.getMany(keys))).toBe('INVALID_ARGUMENT')
    },
  },
  {
    id: 'get.most-bytes',
    promises: ['5.5'],
    title: `Values of ${limits.maxGetBytes} bytes together are read, and more is refused with VALUE_TOO_LARGE.`,
    needs: [valuesOf(limits.maxGetBytes / 2)],
    async run({ store, expect }) {
      const value = new Uint8Array(limits.maxGetBytes / 2).fill(0xa5)
      await store.put('half', value)
      await store.put('byte', 'a')
      const read = store.getMany(['half', 'half', 'missing'])
      expect(await outcomeOf(read)).toBe('resolved')
      const [first, second] = await read
      for (const entry of [first, second]) expect(differenceOf(entry?.value, value)).toBe(null)
      expect(await outcomeOf(store.getMany(['half', 'byte', 'half']))).toBe('VALUE_TOO_LARGE')
      expect(await store.text('byte')).toBe('a')
    },
  },
  {
    id: 'get.newest',
    promises: ['5.3'],
    title: 'A read sees every write that had resolved before it began.',
    async run({ store, expect }) {
      for (let round = 0; round < 20; round++) {
        await store.put('key', `value ${round}`)
        expect(await store.text('key')).toBe(`value ${round}`)
        await store.delete('key')
        expect(await store.text('key')).toBe(null)
      }
    },
  },
  {
    id: 'get.among-reads',
    promises: ['5.3'],
    title: 'So does a read that begins while others of the same key are under way.',
    async run({ store, expect }) {
      const write = async (): Promise<void> => {
        for (let round = 0; round < 20; round++) {
          const early = outcomeOf(store.get('key'))
          await store.put('key', `value ${round}`)
          expect(await store.text('key')).toBe(`value ${round}`)
          expect(await early).toBe('resolved')
        }
      }
      // Where a write takes long, the early read has ended before it.
      const read = async (): Promise<void> => void (await store.get('key'))
      await readWhile(write(), read, { readsPerTurn: 1 })
    },
  },
]
