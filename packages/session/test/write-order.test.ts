import { type JsonValue, persistent_store } from '@holdfast/session'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { expect, test } from 'vitest'
import { caught } from './caught.ts'
import { invoke } from './invoke.ts'

/** Takes all, each when it is told to. */
function slowSchema(gates: ReadonlyMap<unknown, Promise<unknown>>): StandardSchemaV1<JsonValue> {
  return {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: async (value) => {
        await gates.get(value)
        return value === 'wrong'
          ? { issues: [{ message: 'wrong' }] }
          : { value: value as JsonValue }
      },
    },
  }
}

test('what is validated longer is not written later', async () => {
  await invoke(async () => {
    const first = Promise.withResolvers<void>()
    const typed = persistent_store.typed(slowSchema(new Map([[1, first.promise]])))
    const writes = [
      typed.set('k', 1),
      typed.set('k', 2),
      typed.setMany({ m: 1 }),
      typed.delete('m'),
    ]
    first.resolve()
    await Promise.all(writes)
    expect(await typed.get('k')).toBe(2)
    expect(await typed.get('m')).toBe(undefined)
  })
})

test('what is deleted after it was set is gone', async () => {
  await invoke(async () => {
    const writes = [persistent_store.set('k', 1), persistent_store.delete('k')]
    await Promise.all([...writes, persistent_store.set('m', 1), persistent_store.deleteMany(['m'])])
    expect(await Array.fromAsync(persistent_store.keys())).toEqual([])
  })
})

test('what is refused holds up nothing after it', async () => {
  await invoke(async () => {
    const typed = persistent_store.typed(slowSchema(new Map()))
    const refused = caught(typed.set('k', 'wrong'))
    await typed.set('k', 'right')
    expect(await refused).toMatchObject({ code: 'INVALID_VALUE' })
    expect(await typed.get('k')).toBe('right')
  })
})
