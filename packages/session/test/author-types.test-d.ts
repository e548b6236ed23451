import {
  attempt_store,
  type Bytes,
  definePlugin,
  Endpoint,
  type EntryMetadata,
  type JsonCompatible,
  type JsonValue,
  type Message,
  type ParametersOf,
  persistent_store,
  type PluginDefinition,
  type Session,
  type StorageEntry,
  Tool,
  type Version,
} from '@holdfast/session'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expectTypeOf, test } from 'vitest'
import * as z from 'zod'

interface Preferences {
  readonly theme: 'dark' | 'light'
  readonly size?: number
  readonly tags: readonly string[]
}

declare const preferences: Preferences
declare const session: Session
declare const persistent: { readonly value: JsonValue }
declare const mayBeUndefined: { readonly a: string | undefined }

function serve(bytes: Bytes): readonly [Response, Blob] {
  return [new Response(bytes), new Blob([bytes])]
}

async function keep<Value extends JsonValue>(value: Value): Promise<Value> {
  await persistent_store.set('k', value)
  await persistent_store.setMany([['k', value]])
  return value
}

describe('the parameters of a tool', () => {
  test('are inferred from a zod schema, as it makes them', () => {
    class WithZod extends Tool {
      static override readonly parameters = z.object({
        limit: z.number().default(10),
        name: z.string().optional(),
      })

      async *invoke(parameters: ParametersOf<typeof WithZod>) {
        expectTypeOf(parameters).toEqualTypeOf<{ limit: number; name?: string | undefined }>()
        yield this.text('')
      }
    }
    expectTypeOf(definePlugin({ tools: { zod: WithZod } })).toEqualTypeOf<PluginDefinition>()
  })

  test('are inferred from a valibot schema', () => {
    class WithValibot extends Tool {
      static override readonly parameters = v.object({
        limit: v.optional(v.number(), 10),
        when: v.pipe(
          v.string(),
          v.transform((text) => new Date(text)),
        ),
      })

      async invoke(parameters: ParametersOf<typeof WithValibot>) {
        expectTypeOf(parameters).toEqualTypeOf<{ limit: number; when: Date }>()
        return this.json({ limit: parameters.limit })
      }
    }
    expectTypeOf(
      definePlugin({ tools: { valibot: WithValibot } }),
    ).toEqualTypeOf<PluginDefinition>()
  })

  test('are inferred from an ArkType schema', () => {
    class WithArkType extends Tool {
      static override readonly parameters = type({ limit: 'number', 'name?': 'string' })

      async invoke(parameters: ParametersOf<typeof WithArkType>) {
        expectTypeOf(parameters).toEqualTypeOf<{ limit: number; name?: string }>()
      }
    }
    expectTypeOf(
      definePlugin({ tools: { arktype: WithArkType } }),
    ).toEqualTypeOf<PluginDefinition>()
  })

  test('need no schema and no argument', () => {
    class Plain extends Tool {
      async *invoke() {
        yield this.text('')
        yield this.blob(new Uint8Array(), 'image/png')
      }
    }
    expectTypeOf(definePlugin({ tools: { plain: Plain } })).toEqualTypeOf<PluginDefinition>()
  })
})

describe('definePlugin', () => {
  test('takes classes of the right kind alone', () => {
    class Hook extends Endpoint {
      invoke(request: Request) {
        expectTypeOf(this.params).toEqualTypeOf<Readonly<Record<string, string>>>()
        return new Response(request.url)
      }
    }
    class Plain extends Tool {
      async invoke() {}
    }
    class Demanding extends Tool {
      constructor(readonly_: string) {
        super()
        void readonly_
      }
      async invoke() {}
    }
    const plugin = definePlugin({ tools: { plain: Plain }, endpoints: { '/hook': Hook } })
    expectTypeOf(plugin).toEqualTypeOf<PluginDefinition>()
    // @ts-expect-error an endpoint is no tool
    definePlugin({ tools: { hook: Hook } })
    // @ts-expect-error a tool is no endpoint
    definePlugin({ endpoints: { '/plain': Plain } })
    // @ts-expect-error an instance is no class
    definePlugin({ tools: { plain: new Plain() } })
    // @ts-expect-error nobody would give the constructor its argument
    definePlugin({ tools: { demanding: Demanding } })
  })

  test('refuses a tool that yields or returns what is no message', () => {
    class YieldsText extends Tool {
      // @ts-expect-error a string is no message
      async *invoke() {
        yield 'text'
      }
    }
    class ReturnsInGenerator extends Tool {
      // @ts-expect-error what a generator returns is lost
      async *invoke() {
        yield this.text('')
        return this.text('')
      }
    }
    expectTypeOf<YieldsText>().not.toBeNever()
    expectTypeOf<ReturnsInGenerator>().not.toBeNever()
  })
})

describe('session.storage', () => {
  test('reads bytes or null', () => {
    const { storage } = session
    expectTypeOf(storage.get('k')).resolves.toEqualTypeOf<Bytes | null>()
    expectTypeOf(storage.getEntry('k')).resolves.toEqualTypeOf<StorageEntry | null>()
    expectTypeOf(storage.getMany(['k'])).resolves.toEqualTypeOf<Map<string, Bytes>>()
  })

  test('gives what Response, Blob and crypto take', () => {
    expectTypeOf(serve).parameter(0).toEqualTypeOf<StorageEntry['value']>()
    expectTypeOf<Bytes>().toExtend<Parameters<typeof crypto.subtle.digest>[1]>()
  })

  test('writes bytes alone, and gives the version', () => {
    const { storage } = session
    expectTypeOf(storage.set('k', Buffer.from('v'))).resolves.toEqualTypeOf<Version>()
    // @ts-expect-error a string is not bytes
    void storage.set('k', 'v')
    // @ts-expect-error persistent_store has no content types
    void persistent_store.set('k', 'v', { contentType: 'text/plain' })
    // @ts-expect-error an update returns bytes
    void storage.update('k', () => null)
  })
})

describe('persistent_store', () => {
  test('takes no version that may be missing, which would be a blind write', async () => {
    const entry = await persistent_store.getEntry('k')
    expectTypeOf(entry?.version).toEqualTypeOf<Version | undefined>()
    void persistent_store.set('k', 1, { ifVersion: entry?.version ?? null })
    // @ts-expect-error the entry may be missing
    void persistent_store.set('k', 1, { ifVersion: entry?.version })
    // @ts-expect-error the entry may be missing
    void persistent_store.delete('k', { ifVersion: entry?.version })
  })

  test('is the same in the session', () => {
    expectTypeOf(session.persistent_store).toEqualTypeOf(persistent_store)
    expectTypeOf(session.attempt_store).toEqualTypeOf(attempt_store)
  })

  test('reads JSON, or what the caller says it is, or undefined', () => {
    expectTypeOf(persistent_store.get('k')).resolves.toEqualTypeOf<JsonValue | undefined>()
    expectTypeOf(persistent_store.get<Preferences>('k')).resolves.toEqualTypeOf<
      Preferences | undefined
    >()
    expectTypeOf(persistent_store.getMany<number>(['k'])).resolves.toEqualTypeOf<
      Map<string, number>
    >()
    expectTypeOf(persistent_store.increment('k')).resolves.toEqualTypeOf<number>()
  })

  test('takes what JSON keeps, interfaces and optional properties too', () => {
    expectTypeOf(persistent_store.set('k', preferences)).resolves.toEqualTypeOf<Version>()
    void persistent_store.set('k', [preferences])
    void persistent_store.set('k', { preferences, at: 1, tags: ['a', null] })
    void persistent_store.set('k', null)
    void persistent_store.set('k', z.object({ a: z.string().optional() }).parse({}))
    void persistent_store.setMany({ a: preferences, b: preferences })
    void persistent_store.setMany([['a', 1]])
    void persistent_store.setMany(new Map([['a', preferences]]))
    void persistent_store.setMany({ a: 1, b: 'text', c: [null] })
    const value = persistent.value
    void persistent_store.set('k', value)
    void persistent_store.setMany([['a', value]])
  })

  test('takes the value of a generic function', () => {
    expectTypeOf(keep<number>).returns.resolves.toEqualTypeOf<number>()
  })

  test('refuses what JSON would change or drop', () => {
    // @ts-expect-error a Date
    void persistent_store.set('k', new Date())
    // @ts-expect-error a Date within
    void persistent_store.set('k', { at: new Date() })
    // @ts-expect-error undefined
    void persistent_store.set('k', undefined)
    // @ts-expect-error a property that may be undefined and is not optional
    void persistent_store.set('k', mayBeUndefined)
    // @ts-expect-error bigint
    void persistent_store.set('k', [1n])
    // @ts-expect-error a Map
    void persistent_store.set('k', new Map())
    // @ts-expect-error bytes
    void persistent_store.set('k', new Uint8Array())
    // @ts-expect-error a function
    void persistent_store.set('k', () => 1)
    // @ts-expect-error a Date within
    void persistent_store.setMany({ a: new Date() })
    expectTypeOf<JsonCompatible<Date>>().not.toEqualTypeOf<Date>()
  })

  test('updates by a function that returns the value', () => {
    expectTypeOf(
      persistent_store.update('k', (count: number | undefined) => (count ?? 0) + 1),
    ).resolves.toEqualTypeOf<number>()
    expectTypeOf(
      persistent_store.update('k', (tags: string[] = []) => [...tags, 'new']),
    ).resolves.toEqualTypeOf<string[]>()
    expectTypeOf(
      persistent_store.update<Preferences>('k', async (current = preferences) => ({
        ...current,
        theme: 'dark',
      })),
    ).resolves.toEqualTypeOf<Preferences>()
    expectTypeOf(
      persistent_store.update('k', (current) => current ?? null),
    ).resolves.toEqualTypeOf<JsonValue>()
    // @ts-expect-error the function changes the value and forgets to return it
    void persistent_store.update('k', (tags: string[] = []) => {
      tags.push('new')
    })
    // @ts-expect-error the value may be undefined
    void persistent_store.update('k', (current) => current)
  })
})

test('a page tells all of an entry but its value', () => {
  expectTypeOf(session.storage.list())
    .resolves.toHaveProperty('entries')
    .toEqualTypeOf<readonly EntryMetadata[]>()
})

test('messages are told apart by their type', () => {
  expectTypeOf<Extract<Message, { type: 'blob' }>['bytes']>().toEqualTypeOf<Bytes>()
  expectTypeOf<Extract<Message, { type: 'json' }>['value']>().toEqualTypeOf<JsonValue>()
})
