import { definePlugin, type Session } from '@holdfast/session'
import { testPlugin } from '@holdfast/session/testing'
import { describe, expect, test } from 'vitest'
import { caught, thrown } from './caught.ts'
import { invoke } from './invoke.ts'
import { decode, encode } from './text.ts'

const setUp = () => testPlugin(definePlugin({}), { now: 1_000 })

describe('an entry', () => {
  test('tells its version, size, times and content type', async () => {
    const { storage, clock } = setUp()
    const first = await storage.set('k', encode('12345'), {
      contentType: 'text/plain',
      expiresInMs: 50,
    })
    clock.advance(7)
    expect(await storage.getEntry('k')).toEqual({
      key: 'k',
      value: encode('12345'),
      size: 5,
      version: first,
      createdAt: 1_000,
      updatedAt: 1_000,
      expiresAt: 1_050,
      contentType: 'text/plain',
    })
    const second = await storage.set('k', encode('1'))
    expect(second).not.toBe(first)
    expect(await storage.getEntry('k')).toMatchObject({
      size: 1,
      version: second,
      createdAt: 1_000,
      updatedAt: 1_007,
      expiresAt: null,
      contentType: null,
    })
  })

  test('tells all of that but its value to stat', async () => {
    const { storage } = setUp()
    await storage.set('k', encode('12345'), { contentType: 'text/plain', expiresInMs: 50 })
    const { value: _none, ...metadata } = (await storage.getEntry('k')) ?? {}
    expect(await storage.stat('k')).toEqual(metadata)
    expect(await storage.stat('missing')).toBeNull()
  })

  test('is found by its own key alone', async () => {
    const { storage } = setUp()
    await storage.setMany({ 'k/1': encode('v'), k2: encode('v') })
    expect(await storage.stat('k')).toBeNull()
    expect(await storage.exists('k')).toBe(false)
    await storage.set('k', encode('v'))
    expect(await storage.stat('k')).toMatchObject({ key: 'k' })
  })

  test('is absent everywhere from the moment it expires', async () => {
    const { storage, clock } = setUp()
    await storage.set('k', encode('v'), { expiresInMs: 50 })
    await storage.setMany({ l: encode('v') }, { expiresInMs: 50.5 })
    clock.advance(49)
    expect(await storage.exists('k')).toBe(true)
    clock.advance(1)
    expect(await storage.exists('k')).toBe(false)
    expect(await storage.stat('k')).toBeNull()
    expect(await storage.get('k')).toBeNull()
    expect(await storage.exists('l')).toBe(true)
    clock.advance(1)
    expect(await storage.getMany(['k', 'l'])).toEqual(new Map())
    expect(await storage.list()).toEqual({ entries: [], cursor: null })
  })

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e300, '50', null, 5n])(
    'never expires in %s milliseconds',
    async (expiresInMs) => {
      const { storage } = setUp()
      const options = { expiresInMs: expiresInMs as never }
      let calls = 0
      const change = () => encode(String(calls++))
      for (const call of [
        () => storage.set('k', encode('v'), options),
        () => storage.setMany({ k: encode('v') }, options),
        () => storage.update('k', change, options),
      ]) {
        expect(await caught(call())).toMatchObject({ code: 'INVALID_ARGUMENT' })
      }
      expect(calls).toBe(0)
      expect(await storage.exists('k')).toBe(false)
    },
  )

  test.each(['text', 'text/', 'text/plain\r\nx: y', '', `text/${'x'.repeat(300)}`, 5, 'té/xt'])(
    'has no content type like %j',
    async (contentType) => {
      const { storage } = setUp()
      const setting = storage.set('k', encode('v'), { contentType: contentType as never })
      expect(await caught(setting)).toMatchObject({ code: 'INVALID_ARGUMENT' })
      expect(await storage.exists('k')).toBe(false)
    },
  )

  test.each([
    'image/png',
    'text/html; charset=utf-8',
    'application/vnd.api+json',
    'text/plain;a="b c"',
  ])('may have the content type %s', async (contentType) => {
    const { storage } = setUp()
    await storage.set('k', encode('v'), { contentType })
    expect(await storage.getEntry('k')).toMatchObject({ contentType })
  })
})

describe('a write with ifVersion', () => {
  test('succeeds on that version alone, and tells the current one', async () => {
    const { storage } = setUp()
    const first = await storage.set('k', encode('1'), { ifVersion: null })
    const second = await storage.set('k', encode('2'), { ifVersion: first })
    for (const ifVersion of [first, null, 'another']) {
      const error = await caught(storage.set('k', encode('3'), { ifVersion }))
      expect(error).toMatchObject({ code: 'VERSION_MISMATCH', context: { current: second } })
    }
    expect(await caught(storage.delete('k', { ifVersion: first }))).toMatchObject({
      code: 'VERSION_MISMATCH',
      context: { current: second },
    })
    expect(decode(await storage.get('k'))).toBe('2')
    await storage.delete('k', { ifVersion: second })
    expect(await caught(storage.set('k', encode('3'), { ifVersion: second }))).toMatchObject({
      code: 'VERSION_MISMATCH',
      context: { current: null },
    })
    expect(await storage.exists('k')).toBe(false)
  })

  test('refuses what can be no version', async () => {
    const { storage } = setUp()
    for (const ifVersion of ['', 'a b', 5, {}, undefined]) {
      const setting = storage.set('k', encode('v'), { ifVersion: ifVersion as never })
      expect(await caught(setting)).toMatchObject({ code: 'INVALID_ARGUMENT' })
    }
    expect(await storage.exists('k')).toBe(false)
  })

  const given = { ifVersion: undefined as never }

  test.each<readonly [string, (session: Session) => unknown]>([
    ['set of bytes', ({ storage }) => storage.set('k', encode('new'), given)],
    ['set of a stream', ({ storage }) => storage.set('k', new Blob(['new']).stream(), given)],
    ['delete of bytes', ({ storage }) => storage.delete('k', given)],
    ['set of JSON', ({ persistent_store: json }) => json.set('k', 'new', given)],
    ['delete of JSON', ({ persistent_store: json }) => json.delete('k', given)],
    ['atomic set', (session) => session.atomic().storage.set('k', encode('new'), given)],
    ['atomic set of JSON', (session) => session.atomic().persistent_store.set('k', 'new', given)],
    ['atomic delete', (session) => session.atomic().persistent_store.delete('k', given)],
  ])('is no blind write when the version is undefined: %s', async (_what, write) => {
    await invoke(async (session) => {
      const { storage, persistent_store } = session
      await storage.set('k', encode('old'))
      await persistent_store.set('k', 'old')
      expect(await thrown(() => write(session))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('entry?.version ?? null'),
      })
      expect(decode(await storage.get('k'))).toBe('old')
      expect(await persistent_store.get('k')).toBe('old')
    })
  })
})
