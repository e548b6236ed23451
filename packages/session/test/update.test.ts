import { definePlugin } from '@holdfast/session'
import { testPlugin } from '@holdfast/session/testing'
import { describe, expect, test } from 'vitest'
import { caught } from './caught.ts'
import { decode, encode } from './text.ts'
/** Adds a mark to a text. */
function grow(current: Uint8Array | null): Uint8Array {
  return encode(`${decode(current) ?? ''}!`)
}

const setUp = () => testPlugin(definePlugin({}), { now: 1_000 })

describe('update', () => {
  test('hands over what is stored, and gives and stores what comes back', async () => {
    const { storage, persistent_store: json } = setUp()
    const seen: unknown[] = []
    const append = (current: string[] | undefined) => {
      seen.push(current)
      return [...(current ?? []), 'x']
    }
    expect(await json.update('k', append)).toEqual(['x'])
    expect(
      await json.update('k', async (current: string[] | undefined) => append(current)),
    ).toEqual(['x', 'x'])
    expect(seen).toEqual([undefined, ['x']])
    expect(await json.get('k')).toEqual(['x', 'x'])

    expect(decode(await storage.update('k', grow))).toBe('!')
    expect(decode(await storage.update('k', grow))).toBe('!!')
    expect(decode(await storage.get('k'))).toBe('!!')
  })

  test('refuses what is no function', async () => {
    const { storage, persistent_store: json } = setUp()
    for (const update of [json.update('k', 5 as never), storage.update('k', 5 as never)]) {
      const error = await caught(update)
      expect(error).toMatchObject({ code: 'WRONG_TYPE' })
      expect(error.message).toContain('takes a function')
    }
  })

  test('stores a value that was changed in place and returned', async () => {
    const { storage, persistent_store: json } = setUp()
    await json.set('k', { tags: ['a'] })
    await json.update<{ tags: string[] }>('k', (current = { tags: [] }) => {
      current.tags.push('b')
      return current
    })
    expect(await json.get('k')).toEqual({ tags: ['a', 'b'] })

    await storage.set('k', encode('abc'))
    await storage.update('k', (current) => current?.fill(0x7a) ?? encode(''))
    expect(decode(await storage.get('k'))).toBe('zzz')
  })

  test('refuses a function that returns nothing, and changes nothing', async () => {
    const { storage, persistent_store: json } = setUp()
    await json.set('k', ['a'])
    const updating = json.update<string[]>('k', ((current: string[]) => {
      current.push('b')
    }) as never)
    const error = await caught(updating)
    expect(error).toMatchObject({ code: 'INVALID_JSON_VALUE' })
    expect(error.message).toContain('must return it')
    expect(await json.get('k')).toEqual(['a'])
    expect(await caught(storage.update('k', (() => undefined) as never))).toMatchObject({
      code: 'WRONG_TYPE',
    })
    expect(await storage.exists('k')).toBe(false)
  })

  test('keeps the expiry and the content type unless told otherwise', async () => {
    const { storage, persistent_store: json, clock } = setUp()
    await storage.set('k', encode('1'), { expiresInMs: 100, contentType: 'a/b' })
    clock.advance(10)
    await storage.update('k', () => encode('2'))
    expect(await storage.getEntry('k')).toMatchObject({
      expiresAt: 1_100,
      contentType: 'a/b',
      createdAt: 1_000,
      updatedAt: 1_010,
    })
    await storage.update('k', () => encode('3'), { expiresInMs: 200 })
    expect(await storage.getEntry('k')).toMatchObject({ expiresAt: 1_210, contentType: 'a/b' })
    await storage.update('k', () => encode('3'), { contentType: 'c/d' })
    expect(await storage.getEntry('k')).toMatchObject({ expiresAt: 1_210, contentType: 'c/d' })

    await json.update('k', () => 1, { expiresInMs: 5 })
    clock.advance(5)
    const seen: unknown[] = []
    await json.update('k', (current) => {
      seen.push(current)
      return 2
    })
    expect(seen).toEqual([undefined])
    expect(await json.getEntry('k')).toMatchObject({ expiresAt: null })
  })

  test('writes nothing when the value stays the same', async () => {
    const { storage, persistent_store: json } = setUp()
    const version = await json.set('k', { a: [1] })
    await json.update('k', (current) => current ?? null)
    expect(await json.getEntry('k')).toMatchObject({ version })
    await json.update('k', (current) => current ?? null, { expiresInMs: 5 })
    expect((await json.getEntry('k'))?.version).not.toBe(version)

    const bytesVersion = await storage.set('k', new Uint8Array())
    await storage.update('k', () => new Uint8Array())
    expect(await storage.getEntry('k')).toMatchObject({ version: bytesVersion })
    await storage.update('new', () => new Uint8Array())
    expect(await storage.exists('new')).toBe(true)
  })

  test('passes on what its function throws, and changes nothing', async () => {
    const { persistent_store: json } = setUp()
    await json.set('k', 1)
    const failure = new Error('No.')
    const updating = json.update('k', () => {
      throw failure
    })
    await expect(updating).rejects.toBe(failure)
    await expect(json.increment('k')).resolves.toBe(2)
  })

  test('does not take a lost race inside its function for one of its own', async () => {
    const { persistent_store: json } = setUp()
    let calls = 0
    const updating = json.update('k', async () => {
      calls++
      await json.set('other', 1, { ifVersion: 'not-this-one' })
      return 1
    })
    expect(await caught(updating)).toMatchObject({
      code: 'VERSION_MISMATCH',
      context: { key: 'other' },
    })
    expect(calls).toBe(1)
  })
})

describe('an update inside the function of another', () => {
  test('of the same key is refused at once', async () => {
    const { storage, persistent_store: json } = setUp()
    await json.set('k', 1)
    for (const inner of [
      () => json.update('k', () => 2),
      () => json.increment('k'),
      () => json.set('k', 2),
      () => json.setMany({ fine: 1, k: 2 }),
      () => json.delete('k'),
      () => json.update('other', async () => await json.update('k', () => 2)),
    ]) {
      const updating = json.update('k', async () => {
        await inner()
        return 3
      })
      expect(await caught(updating)).toMatchObject({ code: 'NESTED_UPDATE', context: { key: 'k' } })
    }
    expect(await json.get('k')).toBe(1)
    expect(await json.exists('fine')).toBe(false)
    await json.update('k', async () => {
      await storage.set('k', encode('the other store has a key of that name, too'))
      return 4
    })
    expect(await json.get('k')).toBe(4)
  })

  test('of another key is made', async () => {
    const { persistent_store: json } = setUp()
    await json.update('a', async () => await json.update('b', () => 'both'))
    expect(await json.getMany(['a', 'b'])).toEqual(
      new Map([
        ['a', 'both'],
        ['b', 'both'],
      ]),
    )
  })

  test('does not wait for ever when another does the same the other way round', async () => {
    const { persistent_store: json } = setUp()
    const met = Promise.withResolvers<void>()
    let inside = 0
    const crossed = (outer: string, inner: string) =>
      json.update(outer, async (count: number | undefined) => {
        if (++inside === 2) met.resolve()
        await met.promise
        await json.increment(inner)
        return (count ?? 0) + 1
      })
    await Promise.all([crossed('a', 'b'), crossed('b', 'a')])
    // Each function runs again after the inner increment of the other has overtaken it.
    expect(await json.get<number>('a')).toBeGreaterThanOrEqual(2)
    expect(await json.get<number>('b')).toBeGreaterThanOrEqual(2)
  })

  test('is inside no more when the function has ended and left it behind', async () => {
    const { persistent_store: json } = setUp()
    const done = Promise.withResolvers<number>()
    const after = Promise.withResolvers<void>()
    await json.update('n', () => {
      void after.promise.then(() => json.increment('n')).then(done.resolve, done.reject)
      return 1
    })
    after.resolve()
    expect(await done.promise).toBe(2)
  })
})
