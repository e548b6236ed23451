import { definePlugin, type ParametersOf, persistent_store, Tool } from '@holdfast/session'
import { describePlugin } from '@holdfast/session/runtime'
import { testPlugin } from '@holdfast/session/testing'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { caught } from './caught.ts'

/** A plugin whose one tool yields the parameters that it received. */
function withSchema(schema: StandardSchemaV1 | null) {
  class Echo extends Tool {
    static override readonly parameters = schema
    async *invoke(parameters: unknown) {
      await persistent_store.set('ran', true)
      yield this.json(parameters as never)
    }
  }
  return definePlugin({ tools: { echo: Echo } })
}

const libraries = {
  zod: {
    search: z.object({
      query: z.string(),
      limit: z.number().default(10),
      filters: z.array(z.object({ 'odd name': z.string() })).optional(),
    }),
    date: z.object({ at: z.date() }),
  },
  valibot: {
    search: toStandardJsonSchema(
      v.object({
        query: v.string(),
        limit: v.optional(v.number(), 10),
        filters: v.optional(v.array(v.object({ 'odd name': v.string() }))),
      }),
    ),
    date: toStandardJsonSchema(v.object({ at: v.date() })),
  },
  arktype: {
    search: type({
      query: 'string',
      limit: 'number = 10',
      'filters?': type({ 'odd name': 'string' }).array(),
    }),
    date: type({ at: 'Date' }),
  },
}

describe.each(Object.entries(libraries))('parameters by %s', (_library, { search, date }) => {
  test('arrive as the schema makes them', async () => {
    const plugin = testPlugin(withSchema(search))
    expect(await plugin.run('echo', { query: 'a' })).toEqual([
      { type: 'json', value: { query: 'a', limit: 10 } },
    ])
  })

  test('that are wrong are an error that names each field, and nothing of the tool runs', async () => {
    const plugin = testPlugin(withSchema(search))
    const wrong = { query: 5, limit: 'many', filters: [{ 'odd name': 'a' }, { 'odd name': 1 }] }
    const error = await caught(plugin.run('echo', wrong))
    expect(error.code).toBe('INVALID_PARAMETERS')
    const fields = error.context['fields'] as string[]
    expect(fields.toSorted()).toEqual(['filters[1]["odd name"]', 'limit', 'query'])
    for (const field of fields) expect(error.message.split(field)).toHaveLength(2)
    expect(error.message).toMatch(/query:? .*string/)
    expect(error.context).toMatchObject({ tool: 'echo' })
    expect(await plugin.persistent_store.exists('ran')).toBe(false)
  })

  test.each([[undefined], [null], ['text'], [[1]]])('that are %j are an error', async (sent) => {
    const error = await caught(testPlugin(withSchema(search)).run('echo', sent))
    expect(error).toMatchObject({ code: 'INVALID_PARAMETERS' })
  })

  test('are described by JSON Schema, draft 2020-12', () => {
    const [tool] = describePlugin(withSchema(search)).tools
    expect(tool?.parameters).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: { query: { type: 'string' }, limit: { type: 'number' } },
      required: ['query'],
    })
  })

  test('that JSON Schema cannot tell of are described as far as the library can', () => {
    const [tool] = describePlugin(withSchema(date)).tools
    expect(tool?.parameters === null || tool?.parameters['type'] === 'object').toBe(true)
  })
})

describe('parameters without a schema', () => {
  test('may be any JSON object, or none', async () => {
    const plugin = testPlugin(withSchema(null))
    expect(await plugin.run('echo', { a: [{ b: null }] })).toEqual([
      { type: 'json', value: { a: [{ b: null }] } },
    ])
    expect(await plugin.run('echo')).toEqual([{ type: 'json', value: {} }])
  })

  test.each([[null], [[]], ['text'], [5], [true]])('may not be %j', async (sent) => {
    const error = await caught(testPlugin(withSchema(null)).run('echo', sent))
    expect(error).toMatchObject({ code: 'INVALID_PARAMETERS' })
    expect(error.message).toContain('expected an object')
  })

  test('are described as an object', () => {
    expect(describePlugin(withSchema(null)).tools).toEqual([
      { name: 'echo', description: '', idempotent: false, parameters: { type: 'object' } },
    ])
  })
})

describe('parameters', () => {
  test('are what JSON makes of them in every mode: what is no JSON is refused', async () => {
    const schema = z.object({ at: z.date().optional(), list: z.array(z.unknown()).optional() })
    const plugin = testPlugin(withSchema(schema))
    const error = await caught(plugin.run('echo', { at: new Date() }))
    expect(error).toMatchObject({ code: 'INVALID_PARAMETERS', context: { fields: ['at'] } })
    expect(error.message).toContain('at: is no JSON')
    expect(await caught(plugin.run('echo', { list: [undefined] }))).toMatchObject({
      context: { fields: ['list[0]'] },
    })
  })

  test('are a copy of what was sent', async () => {
    class Change extends Tool {
      async invoke(parameters: unknown) {
        ;(parameters as { list: string[] }).list.push('b')
      }
    }
    const sent = { list: ['a'] }
    await testPlugin(definePlugin({ tools: { change: Change } })).run('change', sent)
    expect(sent).toEqual({ list: ['a'] })
  })

  test('may be checked asynchronously, and against what is stored', async () => {
    class Take extends Tool {
      static override readonly parameters = z.object({
        name: z.string().refine(async (name) => !(await persistent_store.exists(name)), 'is taken'),
      })
      async *invoke({ name }: ParametersOf<typeof Take>) {
        await persistent_store.set(name, true)
        yield this.text(name)
      }
    }
    const plugin = testPlugin(definePlugin({ tools: { take: Take } }))
    await plugin.run('take', { name: 'a' })
    const error = await caught(plugin.run('take', { name: 'a' }))
    expect(error.message).toBe('The tool "take" does not take these parameters: name: is taken.')
  })

  test('with many wrong fields are an error of bounded length', async () => {
    const schema = z.object({ list: z.array(z.number()) })
    const error = await caught(
      testPlugin(withSchema(schema)).run('echo', { list: Array(500).fill('x') }),
    )
    expect(error.message).toContain('and 480 more')
    expect(error.context['fields']).toHaveLength(20)
  })

  test('never show their values in the context of an error', async () => {
    const schema = v.object({ token: v.number() })
    const error = await caught(testPlugin(withSchema(schema)).run('echo', { token: 'secret' }))
    expect(JSON.stringify(error.context)).not.toContain('secret')
  })

  test('may have a schema that knows no JSON Schema, and paths of symbols and segments', async () => {
    const schema: StandardSchemaV1 = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: () => ({
          issues: [
            { message: 'wrong', path: [{ key: 'a' }, 0, Symbol('s')] },
            { message: 'all wrong' },
          ],
        }),
      },
    }
    const plugin = withSchema(schema)
    expect(describePlugin(plugin).tools[0]?.parameters).toBeNull()
    expect(await caught(testPlugin(plugin).run('echo'))).toMatchObject({
      message:
        'The tool "echo" does not take these parameters: a[0]["Symbol(s)"]: wrong; all wrong.',
      context: { fields: ['a[0]["Symbol(s)"]', ''] },
    })
  })

  test('with a schema that itself fails are TOOL_FAILED', async () => {
    const schema = z.object({}).refine(() => {
      throw new Error('The schema is broken.')
    })
    const error = await caught(testPlugin(withSchema(schema)).run('echo', {}))
    expect(error).toMatchObject({ code: 'TOOL_FAILED' })
  })
})
