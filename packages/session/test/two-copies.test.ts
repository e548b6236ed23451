import * as session from '@holdfast/session'
import * as runtime from '@holdfast/session/runtime'
import { expect, test, vi } from 'vitest'
import { caught } from './caught.ts'
import { makeContext } from './make-context.ts'

// A plugin that brings its own copy of the package runs in a host that has another.
test('two copies of the package in one process work together', async () => {
  vi.resetModules()
  const own = await import('@holdfast/session')
  expect(own.Tool).not.toBe(session.Tool)
  expect(own.persistent_store).not.toBe(session.persistent_store)

  class Remember extends own.Tool {
    async *invoke() {
      expect(this.session.persistent_store).toBe(own.persistent_store)
      await own.persistent_store.set('k', 'from the copy of the plugin')
      own.attempt_store.set('k', 1)
      // A library that the plugin uses may depend on a third; here it is the copy of the host.
      yield this.json({
        stored: await session.persistent_store.get('k'),
        attempt: session.attempt_store.get('k'),
      } as never)
      const nested = own.persistent_store.update(
        'k',
        async () => await session.persistent_store.increment('k'),
      )
      expect(await caught(nested)).toMatchObject({ code: 'NESTED_UPDATE' })
      await own.persistent_store.get('not:a key')
    }
  }
  class Hook extends own.Endpoint {
    async invoke() {
      return new Response(`${this.params['name']} ${await own.persistent_store.get<string>('k')}`)
    }
  }
  const plugin = runtime.assertPluginDefinition(
    own.definePlugin({ tools: { remember: Remember }, endpoints: { '/:name': Hook } }),
  )
  const context = await makeContext()
  const messages = runtime.runTool(plugin, 'remember', {}, context)
  expect((await messages.next()).value).toEqual({
    type: 'json',
    value: { stored: 'from the copy of the plugin', attempt: 1 },
  })
  expect(await caught(messages.next())).toMatchObject({ code: 'INVALID_KEY' })
  const response = await runtime.runEndpoint(plugin, '/a', new Request('http://h/a'), {}, context)
  expect(await response.text()).toBe('a from the copy of the plugin')
})

test('what copies share is not in the way of anybody who looks at globalThis', () => {
  const name = Symbol.for('@holdfast/session/invocation/v1')
  expect(Object.getOwnPropertyDescriptor(globalThis, name)).toMatchObject({
    enumerable: false,
    writable: false,
    configurable: false,
  })
})
