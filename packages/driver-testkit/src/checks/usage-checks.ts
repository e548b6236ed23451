import type { Usage } from '@holdfast/core'
import { noise } from '../bytes.ts'
import type { ConformanceCheck } from '../conformance-check.ts'
import { sharedStore } from '../requirements.ts'
import type { ScopeHandle } from '../scope-handle.ts'
import type { Expect } from '../test-runner.ts'

export const usageChecks: readonly ConformanceCheck[] = [
  {
    id: 'usage.of-nothing',
    promises: ['8.1'],
    title: 'A scope that nobody wrote to holds 0 entries and 0 bytes.',
    async run({ store, expect }) {
      expect(await store.usage()).toEqual({ entries: 0, bytes: 0 })
    },
  },
  {
    id: 'usage.unit',
    promises: ['8.1'],
    title: 'Usage counts entries, and the bytes of their keys in UTF-8 and of their values.',
    async run({ store, expect }) {
      await store.put('abc', noise(10))
      expect(await store.usage()).toEqual({ entries: 1, bytes: 13 })
      await store.put('é', noise(10))
      expect(await store.usage()).toEqual({ entries: 2, bytes: 25 })
      await store.put('\u{1f600}', noise(100_000), { contentType: 'not/counted' })
      expect(await store.usage()).toEqual({ entries: 3, bytes: 100_029 })
    },
  },
  {
    id: 'usage.of-changes',
    promises: ['8.2'],
    title: 'Usage follows each overwrite and delete, and no refused commit.',
    async run({ store, expect }) {
      const quota = { maxBytes: 104 }
      await store.put('key', noise(100))
      expect(await store.usage()).toEqual({ entries: 1, bytes: 103 })
      await store.put('key', noise(102), { quota }).catch(() => undefined)
      expect(await store.usage()).toEqual({ entries: 1, bytes: 103 })
      await store.put('key', noise(7))
      expect(await store.usage()).toEqual({ entries: 1, bytes: 10 })
      await store.delete('missing')
      expect(await store.usage()).toEqual({ entries: 1, bytes: 10 })
      await store.delete('key')
      expect(await store.usage()).toEqual({ entries: 0, bytes: 0 })
    },
  },
  {
    id: 'usage.exact',
    promises: ['8.2'],
    title: 'Usage is the sum over what list gives, also after writers who overwrote one another.',
    async run({ at, expect }) {
      const stores = [at({}), at({ store: 'persistent_store' })]
      await writeOver(stores)
      for (const store of stores) await expectExactUsage(store, expect)
    },
  },
  {
    id: 'usage.exact-shared',
    promises: ['8.2'],
    title: 'Usage is the sum over what list gives, also after writers through several drivers.',
    needs: [sharedStore],
    async run({ at, store, openDriver, expect }) {
      const stores = [store, at({}, await openDriver()), at({}, await openDriver())]
      await writeOver(stores)
      for (const each of stores) await expectExactUsage(each, expect)
      // Each has been asked before and does not write itself, so what it remembers is out of date.
      await store.put('one more', noise(600))
      for (const each of stores) await expectExactUsage(each, expect)
      await store.delete('one more')
      for (const each of stores) await expectExactUsage(each, expect)
    },
  },
]

/** Many writers at once put, replace, delete and clear the same few keys. */
async function writeOver(stores: readonly ScopeHandle[]): Promise<void> {
  const writes = Array.from({ length: 60 }, (_, index) =>
    stores.map(async (store) => {
      const key = `key ${index % 7}`
      if (index === 40) await store.clear()
      else if (index % 5 === 4) await store.delete(key)
      else await store.put(key, noise((index * 37) % 500))
    }),
  )
  await Promise.all(writes.flat())
}

async function expectExactUsage(store: ScopeHandle, expect: Expect): Promise<void> {
  const sum: Usage = (await store.listAll()).reduce(
    ({ entries, bytes }, { key, value }) => ({
      entries: entries + 1,
      bytes: bytes + Buffer.byteLength(key) + (value?.byteLength ?? 0),
    }),
    { entries: 0, bytes: 0 },
  )
  expect(await store.usage()).toEqual(sum)
}
