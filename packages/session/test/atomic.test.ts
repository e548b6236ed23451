import { mintVersion } from '@holdfast/core'
import { type AtomicChange, persistent_store } from '@holdfast/session'
import { describe, expect, test } from 'vitest'
import { caught } from './caught.ts'
import { invoke } from './invoke.ts'
import { openDriver } from './make-context.ts'
import { racing } from './racing-driver.ts'
import { decode, encode } from './text.ts'

describe('an atomic change', () => {
  test('makes its changes of both stores, and tells the versions and the sums', async () => {
    await invoke(async ({ storage, atomic }) => {
      await persistent_store.setMany({ old: 1, count: 40 })
      const change = atomic()
      change.storage.set('file', encode('bytes'), { contentType: 'text/plain' }).delete('missing')
      change.persistent_store
        .set('new', { a: [1] })
        .delete('old')
        .increment('count', 2)
        .increment('fresh')
      expect(await persistent_store.get('new')).toBeUndefined()
      const { versions, numbers } = await change.commit()

      expect(await storage.getEntry('file')).toMatchObject({
        value: encode('bytes'),
        contentType: 'text/plain',
        version: versions.storage.get('file'),
      })
      const entries = ['new', 'count', 'fresh'].map((key) => persistent_store.getEntry(key))
      expect(await Promise.all(entries)).toMatchObject([
        { value: { a: [1] }, version: versions.persistent_store.get('new') },
        { value: 42, version: versions.persistent_store.get('count') },
        { value: 1, version: versions.persistent_store.get('fresh') },
      ])
      expect(await persistent_store.exists('old')).toBe(false)
      expect([...numbers]).toEqual([
        ['count', 42],
        ['fresh', 1],
      ])
      expect([...versions.storage.keys()]).toEqual(['file'])
    })
  })

  test('is one commit of the store', async () => {
    const driver = racing(await openDriver(), () => false)
    await invoke(
      async ({ atomic }) => {
        const change = atomic()
        change.storage.set('k', encode('v'), { ifVersion: null })
        change.persistent_store.check('other', null).set('k', 1).increment('n')
        await change.commit()
      },
      { driver },
    )
    expect(driver.commits).toHaveLength(1)
  })

  test('of nothing does nothing, and one of checks says whether they hold', async () => {
    const driver = racing(await openDriver(), () => false)
    await invoke(
      async ({ atomic }) => {
        const { versions, numbers } = await atomic().commit()
        expect([versions.storage.size, versions.persistent_store.size, numbers.size]).toEqual([
          0, 0, 0,
        ])
        expect(driver.commits).toHaveLength(0)
        const holds = atomic()
        holds.storage.check('k', null)
        await holds.commit()
        const fails = atomic()
        fails.storage.check('k', mintVersion())
        expect(await caught(fails.commit())).toMatchObject({ code: 'VERSION_MISMATCH' })
      },
      { driver },
    )
  })

  test('keeps the expiry of what it increments, and counts that of the rest from the commit', async () => {
    let now = 1_000
    await invoke(
      async ({ atomic }) => {
        await persistent_store.set('n', 1, { expiresInMs: 50 })
        const change = atomic()
        change.persistent_store.increment('n').set('k', 1, { expiresInMs: 10 })
        now = 1_020
        await change.commit()
        expect(await persistent_store.stat('n')).toMatchObject({ expiresAt: 1_050 })
        expect(await persistent_store.stat('k')).toMatchObject({ expiresAt: 1_030 })
      },
      { clock: () => now },
    )
  })

  test('has what was given, whatever becomes of that before the commit', async () => {
    await invoke(async ({ storage, atomic }) => {
      const bytes = encode('before')
      const value = { items: ['a'] }
      const change = atomic()
      change.storage.set('k', bytes)
      change.persistent_store.set('k', value)
      bytes.fill(0)
      value.items.push('b')
      await change.commit()
      expect(decode(await storage.get('k'))).toBe('before')
      expect(await persistent_store.get('k')).toEqual({ items: ['a'] })
    })
  })
})

describe('an atomic change with a check that fails', () => {
  const failing: readonly (readonly [string, string, (change: AtomicChange) => unknown])[] = [
    ['storage', 'k', ({ storage }) => storage.check('k', mintVersion())],
    ['storage', 'k', ({ storage }) => storage.set('k', encode('new'), { ifVersion: null })],
    ['storage', 'k', ({ storage }) => storage.delete('k', { ifVersion: mintVersion() })],
    ['persistent_store', 'k', (change) => change.persistent_store.check('k', null)],
    ['persistent_store', 'k', (change) => change.persistent_store.set('k', 2, { ifVersion: null })],
    ['persistent_store', 'n', (change) => change.persistent_store.check('n', null).increment('n')],
  ]

  test.each(failing)('writes nothing, and says where: %s %s', async (store, key, fail) => {
    const driver = racing(await openDriver(), () => false)
    await invoke(
      async ({ storage, atomic }) => {
        await storage.set('k', encode('old'))
        await persistent_store.setMany({ k: 1, n: 1 })
        const before = driver.commits.length
        const change = atomic()
        change.storage.set('other', encode('new'))
        change.persistent_store.increment('m')
        fail(change)
        const error = await caught(change.commit())
        const of = store === 'storage' ? storage : persistent_store
        const current = (await of.stat(key))?.version
        expect(error).toMatchObject({ code: 'VERSION_MISMATCH', context: { store, key, current } })
        expect(decode(await storage.get('k'))).toBe('old')
        expect(await storage.exists('other')).toBe(false)
        expect(Object.fromEntries(await persistent_store.getMany(['k', 'n', 'm']))).toEqual({
          k: 1,
          n: 1,
        })
        expect(driver.commits.length - before).toBe(1)
      },
      { driver },
    )
  })

  test('names the first that was given', async () => {
    await invoke(async ({ atomic }) => {
      const change = atomic()
      change.persistent_store.increment('n').check('b', mintVersion())
      change.storage.check('a', mintVersion())
      expect(await caught(change.commit())).toMatchObject({
        context: { store: 'persistent_store', key: 'b' },
      })
    })
  })
})
