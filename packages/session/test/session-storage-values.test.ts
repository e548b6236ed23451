import { runInNewContext } from 'node:vm'
import { definePlugin } from '@holdfast/session'
import { testPlugin } from '@holdfast/session/testing'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { caught } from './caught.ts'
import { invoke } from './invoke.ts'
import { openDriver } from './make-context.ts'
import { racing } from './racing-driver.ts'
import { decode, encode } from './text.ts'

const setUp = () => testPlugin(definePlugin({}), { now: 1_000 })

describe('a value', () => {
  test('comes back byte for byte, whatever its bytes', async () => {
    const { storage } = setUp()
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        await storage.set('k', bytes)
        expect(await storage.get('k')).toEqual(bytes)
      }),
    )
  })

  test('of length 0 is a value, and a missing one is null', async () => {
    const { storage } = setUp()
    await storage.set('empty', new Uint8Array())
    expect(await storage.get('empty')).toEqual(new Uint8Array())
    expect(await storage.exists('empty')).toBe(true)
    expect(await storage.get('missing')).toBeNull()
    expect(await storage.getEntry('missing')).toBeNull()
    expect(await storage.exists('missing')).toBe(false)
  })

  test('is not changed by what becomes of the buffer after set', async () => {
    const { storage } = setUp()
    const bytes = encode('before')
    const setting = storage.set('k', bytes)
    bytes.fill(0)
    await setting
    expect(decode(await storage.get('k'))).toBe('before')

    const several = [encode('one'), encode('two')]
    const settingMany = storage.setMany(several.map((value, index) => [`m${index}`, value]))
    for (const value of several) value.fill(0)
    await settingMany
    expect(decode(await storage.get('m1'))).toBe('two')
  })

  test('is not changed by what becomes of the buffer from get, getEntry, getMany and update', async () => {
    const { storage } = setUp()
    await storage.set('k', encode('kept'))
    const reads = [
      await storage.get('k'),
      (await storage.getEntry('k'))?.value,
      (await storage.getMany(['k'])).get('k'),
      await storage.update('k', (current) => current ?? encode('')),
    ]
    for (const bytes of reads) bytes?.fill(0)
    expect(decode(await storage.get('k'))).toBe('kept')
  })

  test('is taken from any Uint8Array and given as a plain one over memory of its own', async () => {
    const { storage } = setUp()
    const page = Buffer.from('a secret and a value')
    const foreign = runInNewContext('new Uint8Array([118, 97, 108, 117, 101])') as Uint8Array
    for (const bytes of [page.subarray(15), foreign, encode('value')]) {
      await storage.set('k', bytes)
      const read = await storage.get('k')
      expect(decode(read)).toBe('value')
      expect(Object.getPrototypeOf(read)).toBe(Uint8Array.prototype)
      expect(read?.buffer.byteLength).toBe(5)
    }
  })

  test('reaches the driver as a plain Uint8Array, whose slice copies', async () => {
    const driver = racing(await openDriver(), () => false)
    await invoke(({ storage }) => storage.set('k', Buffer.from('value')), { driver })
    const value = driver.commits[0]?.puts[0]?.value
    expect(value).toEqual(encode('value'))
    expect(Object.getPrototypeOf(value)).toBe(Uint8Array.prototype)
  })

  test.each([
    ['a string', 'text', 'new TextEncoder().encode(text)'],
    ['an ArrayBuffer', new ArrayBuffer(1), 'new Uint8Array(buffer)'],
    ['a Blob', new Blob(['text']), 'await blob.bytes()'],
    ['a plain object', { a: 1 }, 'persistent_store'],
    ['null', null, 'persistent_store'],
    ['another typed array', new Uint16Array(1), 'persistent_store'],
  ])('that is %s is a TypeError that says what to do', async (_what, value, advice) => {
    const { storage } = setUp()
    for (const call of [
      () => storage.set('k', value as never),
      () => storage.setMany({ k: value as never }),
      () => storage.update('k', () => value as never),
    ]) {
      const error = await caught(call())
      expect(error).toBeInstanceOf(TypeError)
      expect(error.code).toBe('WRONG_TYPE')
      expect(error.message).toContain(advice)
    }
    expect(await storage.exists('k')).toBe(false)
  })

  test('whose memory was transferred away is refused instead of stored as empty', async () => {
    const { storage } = setUp()
    const bytes = encode('gone')
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
    expect(await caught(storage.set('k', bytes))).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(await storage.exists('k')).toBe(false)
  })

  test('beyond the quota is refused and leaves nothing behind', async () => {
    const { storage } = testPlugin(definePlugin({}), { quotaBytes: 10 })
    await storage.set('k', encode('123456789'))
    expect(await caught(storage.set('l', encode('1')))).toMatchObject({ code: 'QUOTA_EXCEEDED' })
    expect(await storage.exists('l')).toBe(false)
    expect(decode(await storage.get('k'))).toBe('123456789')
  })
})

test('to delete a missing key is no error', async () => {
  const { storage } = setUp()
  await expect(storage.delete('missing')).resolves.toBeUndefined()
})

describe('options', () => {
  test('that a method does not have are refused instead of ignored', async () => {
    const { storage } = setUp()
    const bytes = encode('v')
    for (const call of [
      () => storage.set('k', bytes, { ttl: 5 } as never),
      () => storage.setMany({ k: bytes }, { ifVersion: null } as never),
      () => storage.delete('k', { expiresInMs: 5 } as never),
      () => storage.update('k', () => bytes, { ifVersion: null } as never),
      () => storage.list({ start: 'a' } as never),
      () => storage.keys({ limit: 5 } as never).next(),
    ]) {
      expect(await caught(call())).toMatchObject({ code: 'INVALID_ARGUMENT' })
    }
    for (const options of [null, 5, 'x']) {
      expect(await caught(storage.set('k', bytes, options as never))).toMatchObject({
        code: 'WRONG_TYPE',
      })
    }
    expect(await storage.exists('k')).toBe(false)
  })
})
