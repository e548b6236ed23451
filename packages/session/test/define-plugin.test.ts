import { definePlugin, Endpoint, Tool } from '@holdfast/session'
import { assertPluginDefinition, describePlugin } from '@holdfast/session/runtime'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { thrown } from './caught.ts'

class Plain extends Tool {
  static override readonly description = 'Does nothing.'
  static override readonly parameters = z.object({ a: z.string() })
  async invoke() {}
}

class Hook extends Endpoint {
  invoke() {
    return new Response()
  }
}

describe('definePlugin', () => {
  test('takes tools and endpoints, in the order written, or none', () => {
    const plugin = definePlugin({
      tools: { plain: Plain, 'with-dash_1': Plain },
      endpoints: { '/hook': Hook, '/files/:name': Hook },
    })
    expect(describePlugin(plugin)).toEqual({
      tools: [
        {
          name: 'plain',
          description: 'Does nothing.',
          idempotent: false,
          parameters: expect.objectContaining({ required: ['a'] }),
        },
        {
          name: 'with-dash_1',
          description: 'Does nothing.',
          idempotent: false,
          parameters: expect.anything(),
        },
      ],
      endpoints: [{ path: '/hook' }, { path: '/files/:name' }],
    })
    expect(describePlugin(definePlugin({}))).toEqual({ tools: [], endpoints: [] })
  })

  test('gives a description that is plain JSON', () => {
    const description = describePlugin(definePlugin({ tools: { plain: Plain } }))
    expect(JSON.parse(JSON.stringify(description))).toEqual(description)
  })

  test.each(['', '-a', '_a', 'a b', 'a/b', 'a:b', 'é', 'x'.repeat(65), '../a'])(
    'refuses %j as the name of a tool',
    async (name) => {
      const error = await thrown(() => definePlugin({ tools: { [name]: Plain } }))
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' })
      expect(error).toBeInstanceOf(TypeError)
    },
  )

  test.each([['hook'], [''], ['/:'], ['/(a'], ['https://a.b/c']])(
    'refuses %j as the path of an endpoint',
    async (path) => {
      const error = await thrown(() => definePlugin({ endpoints: { [path]: Hook } }))
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' })
      expect(error.message).toContain(JSON.stringify(path))
    },
  )

  test.each<[string, unknown]>([
    ['an instance', new Plain()],
    ['an endpoint', Hook],
    ['a class that extends nothing', class {}],
    ['a function', () => new Plain()],
    ['undefined', undefined],
    ['null', null],
  ])('refuses %s as a tool, naming it', async (_what, tool) => {
    const error = await thrown(() => definePlugin({ tools: { mine: tool as never } }))
    expect(error).toMatchObject({ code: 'WRONG_TYPE' })
    expect(error.message).toContain('The tool "mine" is a class that extends Tool')
  })

  test.each<[string, unknown]>([
    ['an instance', new Hook()],
    ['a tool', Plain],
    ['undefined', undefined],
  ])('refuses %s as an endpoint, naming it', async (_what, endpoint) => {
    const error = await thrown(() => definePlugin({ endpoints: { '/mine': endpoint as never } }))
    expect(error).toMatchObject({ code: 'WRONG_TYPE' })
    expect(error.message).toContain('The endpoint "/mine" is a class that extends Endpoint')
  })

  test.each<[string, object]>([
    ['parameters', { parameters: { key: 'string' } }],
    ['parameters', { parameters: undefined }],
    ['parameters', { parameters: { '~standard': {} } }],
    ['description', { description: 5 }],
  ])('refuses a tool with wrong static %s', async (name, statics) => {
    class Wrong extends Tool {
      async invoke() {}
    }
    for (const [key, value] of Object.entries(statics)) Object.defineProperty(Wrong, key, { value })
    const error = await thrown(() => definePlugin({ tools: { wrong: Wrong } }))
    expect(error).toMatchObject({ code: 'WRONG_TYPE' })
    expect(error.message).toContain(`static ${name}`)
  })

  test.each([[undefined], [null], ['x'], [{ tool: {} }], [[]]])(
    'refuses %j as options',
    async (options) => {
      await expect(thrown(() => definePlugin(options as never))).resolves.toBeInstanceOf(TypeError)
    },
  )
})

describe('the default export of an entry', () => {
  test('is what definePlugin made', () => {
    const plugin = definePlugin({})
    expect(assertPluginDefinition(plugin)).toBe(plugin)
  })

  test.each([
    [undefined],
    [null],
    [{}],
    [{ tools: {}, routes: [] }],
    [Plain],
    ['plugin'],
    [{ '~holdfast': 'tool/v1' }],
  ])('is PLUGIN_LOAD_FAILED if it is %o', async (thing) => {
    const error = await thrown(() => assertPluginDefinition(thing))
    expect(error).toMatchObject({ code: 'PLUGIN_LOAD_FAILED' })
    expect(error.message).toContain('definePlugin')
  })
})
