import { definePlugin, Endpoint, persistent_store, Tool } from '@holdfast/session'
import { testPlugin } from '@holdfast/session/testing'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { caught, thrown } from './caught.ts'
import { encode } from './text.ts'

class Remember extends Tool {
  static override readonly parameters = z.object({ text: z.string() })
  async *invoke(parameters: unknown) {
    const { text } = parameters as { text: string }
    await persistent_store.set('text', text, { expiresInMs: 60_000 })
    await this.session.storage.set('bytes', encode(text))
    yield this.text(`${this.session.workspace} keeps ${text}.`)
  }
}

class Recall extends Endpoint {
  async invoke(request: Request) {
    return Response.json([
      request.method,
      request.url,
      (await persistent_store.get('text')) ?? null,
    ])
  }
}

const definition = definePlugin({ tools: { remember: Remember }, endpoints: { '/recall': Recall } })

test('a plugin is tested in two lines', async () => {
  const plugin = testPlugin(definition)
  expect(await plugin.run('remember', { text: 'it' })).toEqual([
    { type: 'text', text: 'test keeps it.' },
  ])
})

test('its stores can be looked into and filled from outside, before anything ran', async () => {
  const plugin = testPlugin(definition)
  await plugin.persistent_store.set('text', 'seeded')
  const response = await plugin.request('/recall')
  expect(await response.json()).toEqual(['GET', 'http://plugin.test/recall', 'seeded'])
  await plugin.run('remember', { text: 'new' })
  expect(await plugin.persistent_store.get('text')).toBe('new')
  expect(await plugin.storage.get('bytes')).toEqual(encode('new'))
})

test('its clock stands still until it is moved, and what expires is gone then', async () => {
  const plugin = testPlugin(definition, { now: 5 })
  await plugin.run('remember', { text: 'it' })
  expect(plugin.clock.now()).toBe(5)
  plugin.clock.advance(59_999)
  expect(await plugin.persistent_store.get('text')).toBe('it')
  plugin.clock.advance(1)
  expect(await plugin.persistent_store.get('text')).toBeUndefined()
  expect(() => plugin.clock.advance(-1)).toThrow(RangeError)
  expect(() => plugin.clock.advance(Number.NaN)).toThrow(RangeError)
})

test('its clock is the one that its tools and endpoints see', async () => {
  class Now extends Tool {
    async invoke() {
      const { now } = this.session
      return this.json(now())
    }
  }
  const plugin = testPlugin(definePlugin({ tools: { now: Now } }), { now: 5 })
  plugin.clock.advance(10)
  expect(await plugin.run('now')).toEqual([{ type: 'json', value: 15 }])
})

test('its clock begins now', () => {
  const before = Date.now()
  const now = testPlugin(definition).clock.now()
  expect(now).toBeGreaterThanOrEqual(before)
  expect(now).toBeLessThanOrEqual(Date.now())
})

test('its workspace and its quota can be set', async () => {
  const plugin = testPlugin(definition, { workspace: 'acme', quotaBytes: 30 })
  expect(await plugin.run('remember', { text: 'it' })).toMatchObject([{ text: 'acme keeps it.' }])
  const error = await caught(plugin.run('remember', { text: 'much too long' }))
  expect(error).toMatchObject({ code: 'QUOTA_EXCEEDED', context: { maxBytes: 30 } })
  expect(await thrown(() => testPlugin(definition, { workspace: 'no/slash' }))).toMatchObject({
    code: 'INVALID_WORKSPACE_ID',
  })
})

test('two of them share nothing', async () => {
  const [one, other] = [testPlugin(definition), testPlugin(definition)]
  await one.run('remember', { text: 'it' })
  expect(await other.persistent_store.exists('text')).toBe(false)
})

test('it takes what definePlugin made alone', async () => {
  expect(await thrown(() => testPlugin(Remember as never))).toMatchObject({
    code: 'PLUGIN_LOAD_FAILED',
  })
})

test('a request may be made as fetch would, or beforehand', async () => {
  const plugin = testPlugin(definition)
  const ready = new Request('https://example.org/elsewhere', { method: 'PUT' })
  expect(await (await plugin.request('/recall?a=1', { method: 'POST' })).json()).toEqual([
    'POST',
    'http://plugin.test/recall?a=1',
    null,
  ])
  expect(await (await plugin.request('/recall', ready)).json()).toEqual([
    'PUT',
    'https://example.org/elsewhere',
    null,
  ])
})

test('a request ends with its signal', async () => {
  const plugin = testPlugin(definition)
  const controller = new AbortController()
  const response = await plugin.request('/recall', { signal: controller.signal })
  controller.abort()
  expect(await caught(response.text())).toMatchObject({ code: 'ABORTED' })
})

test('bytes that a test changes after set are stored as they were', async () => {
  const plugin = testPlugin(definition)
  const bytes = encode('before')
  const setting = plugin.storage.set('k', bytes)
  bytes.fill(0)
  await setting
  expect(await plugin.storage.get('k')).toEqual(encode('before'))
})
