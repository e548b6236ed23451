import { setTimeout as delay } from 'node:timers/promises'
import { parseStorageKey } from '@holdfast/core'
import { describe, expect, test } from 'vitest'
import { bundleGuest } from '../../src/build/bundle-guest.ts'
import { frameType } from '../../src/wire/frame-type.ts'
import { FrameWriter } from '../../src/wire/frame-writer.ts'
import { failureOf, gone, openHost, type WhoAmI } from './lifecycle-host.ts'

describe('a call that is not waited for any more', () => {
  test('is returned where it stands, and has ended when its caller goes on', async () => {
    const { call, driver } = await openHost()
    for await (const message of call('count')) {
      if (message.type === 'json' && message.value === 3) break
    }
    const scope = { workspace: 'acme', plugin: 'lifecycle', store: 'persistent_store' } as never
    const keys = ['reached', 'returned'].map((key) => parseStorageKey(key))
    const entries = await driver.get(scope, keys)
    const values = entries.map((entry) => entry && Buffer.from(entry.value).toString())
    // It went no further than it was asked to.
    expect(values).toEqual(['3', 'true'])
  })

  test('is told why by its signal', async () => {
    const { call, ask } = await openHost()
    const { pid } = (await ask('who-am-i')) as WhoAmI
    const abort = new AbortController()
    const messages = call('wait', {}, { signal: abort.signal })
    await messages.next()
    const next = failureOf(messages.next())
    abort.abort()
    expect(await next).toMatchObject({ code: 'ABORTED' })
    // It heeded its signal, so its process goes on.
    expect(((await ask('who-am-i')) as WhoAmI).pid).toBe(pid)
  })

  test('does not keep its caller waiting, and has its process ended after the grace', async () => {
    const { call, ask } = await openHost({ graceMs: 100 })
    const { pid } = (await ask('who-am-i')) as WhoAmI
    const beside = call('wait')
    await beside.next()
    const abort = new AbortController()
    const messages = call('stubborn', { ms: 60_000 }, { signal: abort.signal })
    await messages.next()
    const next = failureOf(messages.next())
    abort.abort()

    expect(await next).toMatchObject({ code: 'ABORTED' })
    expect(await failureOf(beside.next())).toMatchObject({
      code: 'PLUGIN_CRASHED',
      message: expect.stringContaining('within 100 ms') as string,
    })
    await gone(pid)
    expect(((await ask('who-am-i')) as WhoAmI).pid).not.toBe(pid)
  })

  test('may still end within the grace', async () => {
    const { call, ask } = await openHost({ graceMs: 10_000 })
    const { pid } = (await ask('who-am-i')) as WhoAmI
    const abort = new AbortController()
    const messages = call('stubborn', { ms: 50 }, { signal: abort.signal })
    await messages.next()
    const next = failureOf(messages.next())
    abort.abort()
    await next
    await delay(100)
    expect(((await ask('who-am-i')) as WhoAmI).pid).toBe(pid)
  })
})

describe('a call whose time is up', () => {
  test('fails with its code, and an endless loop is ended', async () => {
    const { call, ask, logs } = await openHost({ graceMs: 100 }, { timeoutMs: 3_000 })
    const { pid } = (await ask('who-am-i')) as WhoAmI
    const messages = call('loop')
    await messages.next()
    expect(await failureOf(messages.next())).toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      retryable: true,
      context: { plugin: 'lifecycle', timeoutMs: 3_000 },
    })
    await gone(pid)
    expect(((await ask('who-am-i')) as WhoAmI).pid).not.toBe(pid)
    // What it said last is what its author looks for.
    const said = { source: 'console', workspace: 'acme', text: 'from here on it loops' }
    expect(logs).toContainEqual(expect.objectContaining(said))
  })

  test('is ended, too, if its caller has not asked for more', async () => {
    const { call, ask } = await openHost({ graceMs: 100 }, { timeoutMs: 3_000 })
    const { pid } = (await ask('who-am-i')) as WhoAmI
    const messages = call('loop')
    await messages.next()
    void messages.next().catch(() => undefined)
    await gone(pid)
    expect(((await ask('who-am-i')) as WhoAmI).pid).not.toBe(pid)
  })
})

describe('a process that does not keep to the protocol', () => {
  test.each([
    ['noise', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a frame of a type that there is not', frame(200, 1, () => undefined)],
    ['a frame of the host', frame(frameType.invokeTool, 2, () => undefined)],
    ['a second plugin', frame(frameType.loaded, 0, (to) => to.text('{}'))],
    ['an invocation that there never was', frame(frameType.done, 4_000, () => undefined)],
    ['a call that does not parse', frame(frameType.get, 101, (to) => to.u8(1))],
    ['a frame that is too large', Buffer.from('ffffffff0000000000000000', 'hex')],
  ])('but sends %s is ended, and the next call is served', async (_what, bytes) => {
    const { ask, call } = await openHost()
    const { pid } = (await ask('who-am-i')) as WhoAmI
    const beside = call('wait')
    await beside.next()
    const written = failureOf(ask('write', { base64: bytes.toString('base64') }))

    expect(await written).toMatchObject({ code: 'PROTOCOL_VIOLATED', retryable: true })
    expect(await failureOf(beside.next())).toMatchObject({ code: 'PROTOCOL_VIOLATED' })
    await gone(pid)
    expect(await ask('who-am-i')).toBeDefined()
  })

  test('but uses a token that was never given out reaches no store', async () => {
    const { ask, driver, call } = await openHost({ graceMs: 50 }, { timeoutMs: 3_000 })
    const bytes = frame(frameType.commit, 101, (to) => {
      to.raw(new Uint8Array(16).fill(7), true).f64(0)
      to.list([], () => undefined)
      to.list(['stolen'], (each, key) =>
        each.u8(0).text(key).text('v1').flag(false).flag(false).bytes(new Uint8Array(1), false),
      )
      to.list([], () => undefined)
    })
    const writing = call('write', { base64: bytes.toString('base64') })
    expect(await failureOf(writing.next())).toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    expect(await ask('who-am-i')).toBeDefined()
    const { scopes } = await driver.scopes({
      workspace: null,
      plugin: null,
      cursor: null,
      limit: 9,
    })
    expect(scopes).toEqual([])
  })
})

test('what processes of plugins begin with needs no other modules, and is small', async () => {
  for (const { contents } of await bundleGuest()) {
    const text = Buffer.from(contents).toString()
    expect(text).not.toMatch(/(?:require|import)\("(?!node:)/)
    expect(text.length).toBeLessThan(120_000)
  }
})

function frame(type: number, id: number, write: (to: FrameWriter) => void): Buffer {
  const writer = new FrameWriter()
  const begun = writer.begin(type, id)
  write(begun)
  begun.end()
  return Buffer.concat([...writer.takeReady()])
}
