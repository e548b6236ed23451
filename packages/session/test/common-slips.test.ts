// The methods of stores are bound, which their types do not say.
/* oxlint-disable typescript/unbound-method */
import { attempt_store, persistent_store, type Session } from '@holdfast/session'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { thrown } from './caught.ts'
import { invoke } from './invoke.ts'
import { decode, encode } from './text.ts'

describe('methods that are taken off', () => {
  test('persistent_store work', async () => {
    const { get, set, update, increment, keys, exists } = persistent_store
    await invoke(async () => {
      await set('k', { a: 1 })
      await update<{ a: number }>('k', (current) => ({ a: (current?.a ?? 0) + 1 }))
      await increment('n', 2)
      expect([await get('k'), await get('n'), await exists('x')]).toEqual([{ a: 2 }, 2, false])
      expect(await Array.fromAsync(keys())).toEqual(['k', 'n'])
    })
  })

  test('session.storage work', async () => {
    await invoke(async ({ storage: { get, set, stream, list, watch } }) => {
      await set('k', new Blob(['value']).stream())
      expect(decode(await get('k'))).toBe('value')
      expect(await new Response((await stream('k'))?.body).text()).toBe('value')
      expect((await list()).entries).toMatchObject([{ key: 'k' }])
      expect((await watch(['k']).next()).value).toMatchObject([{ key: 'k' }])
    })
  })

  test('typed stores, those with a migration too, and what makes them work', async () => {
    const { typed } = persistent_store
    const { get, set, withMigration } = typed(z.number())
    const migrated = withMigration(() => 7)
    await invoke(async () => {
      await set('k', 1)
      expect(await get('k')).toBe(1)
      await persistent_store.set('k', 'old')
      const { get: getMigrated } = migrated
      expect(await getMigrated('k')).toBe(7)
    })
  })

  test('atomic changes and their stores work', async () => {
    await invoke(async ({ storage, atomic }) => {
      const { commit, storage: bytes, persistent_store: json } = atomic()
      const { set } = bytes
      const { increment } = json
      set('a', encode('1')).set('b', encode('2'))
      increment('n')
      expect((await commit()).numbers.get('n')).toBe(1)
      expect((await storage.getMany(['a', 'b'])).size).toBe(2)
    })
  })

  test('attempt_store work', async () => {
    const { get, set, has } = attempt_store
    await invoke(() => {
      set('k', 1)
      expect([get('k'), has('k')]).toEqual([1, true])
    })
  })

  test('a store tell what is wrong as they always do', async () => {
    const { get } = persistent_store
    expect(await thrown(() => get('k'))).toMatchObject({ code: 'NO_INVOCATION' })
  })
})

describe('a value that was not awaited', () => {
  const promise = Promise.resolve('a secret')
  const forgotten: readonly (readonly [string, (session: Session) => unknown])[] = [
    ['as bytes', ({ storage }) => storage.set('k', promise as never)],
    ['as bytes of several', ({ storage }) => storage.setMany({ k: promise as never })],
    ['as JSON', () => persistent_store.set('k', promise as never)],
    ['inside JSON', () => persistent_store.set('k', { a: [promise] } as never)],
    ['as JSON of several', () => persistent_store.setMany({ k: promise as never })],
    ['in what an update returns', () => persistent_store.update('k', () => [promise] as never)],
    ['as bytes of an atomic change', (s) => s.atomic().storage.set('k', promise as never)],
    ['in an atomic change', (s) => s.atomic().persistent_store.set('k', promise as never)],
    ['in a typed store', () => persistent_store.typed(z.any()).set('k', promise as never)],
  ]

  test.each(forgotten)('is refused with the advice to await it: %s', async (_where, write) => {
    await invoke(async (session) => {
      const error = await thrown(() => write(session))
      expect(error.message).toContain('It is a Promise: await it.')
      expect(error.message).not.toContain('secret')
    })
  })

  test('is recognised as a key and as a version', async () => {
    await invoke(async ({ storage }) => {
      for (const call of [
        () => storage.get(promise as never),
        () => persistent_store.get(promise as never),
        () => storage.delete('k', { ifVersion: promise as never }),
        () => persistent_store.increment('k', promise as never),
      ]) {
        expect((await thrown(call)).message).toContain('a Promise that was not awaited')
      }
    })
  })
})
