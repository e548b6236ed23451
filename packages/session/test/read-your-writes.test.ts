import { setImmediate } from 'node:timers/promises'
import type { StorageDriver } from '@holdfast/core'
import { type JsonValue, persistent_store, type Session } from '@holdfast/session'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { describe, expect, test } from 'vitest'
import { invoke } from './invoke.ts'
import { openDriver } from './make-context.ts'
import { decode, encode } from './text.ts'

/** Reads at once, and writes late, as a driver does whose writes wait for a disk: the first the latest. */
async function lateWriter(): Promise<StorageDriver> {
  const driver = await openDriver()
  const commit = driver.commit.bind(driver)
  let turns = 20
  return Object.assign(driver, {
    async commit(...[target, given, options]: Parameters<StorageDriver['commit']>) {
      const puts = given.puts.map((put) => ({ ...put, value: new Uint8Array(put.value) }))
      turns -= 5
      for (let turn = turns; turn > 0; turn--) await setImmediate()
      await commit(target, { ...given, puts }, options)
    },
  })
}

const drivers = [
  ['memory', () => openDriver()],
  ['a driver that writes late', lateWriter],
] as const

/** Takes all, after a while. */
const slowSchema: StandardSchemaV1<JsonValue> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: async (value) => {
      await setImmediate()
      return { value: value as JsonValue }
    },
  },
}

/** Ways to write 1 under `k`. */
const writes: readonly (readonly [string, (session: Session) => Promise<unknown>])[] = [
  ['set', () => persistent_store.set('k', 1)],
  ['setMany', () => persistent_store.setMany({ k: 1 })],
  ['a typed set', () => persistent_store.typed(slowSchema).set('k', 1)],
  ['a typed setMany', () => persistent_store.typed(slowSchema).setMany({ k: 1 })],
  [
    'atomic',
    async (session) => {
      const change = session.atomic()
      change.persistent_store.set('k', 1)
      await change.commit()
    },
  ],
]

/** Ways to look at it, which give 1. */
const looks: readonly (readonly [string, (session: Session) => Promise<unknown>])[] = [
  ['get', () => persistent_store.get('k')],
  ['getEntry', async () => (await persistent_store.getEntry('k'))?.value],
  ['getMany', async () => (await persistent_store.getMany(['a', 'k'])).get('k')],
  ['exists', async () => Number(await persistent_store.exists('k'))],
  ['stat', async () => (await persistent_store.stat('k'))?.size],
  ['list', async () => (await persistent_store.list()).entries.length],
  ['keys', async () => (await Array.fromAsync(persistent_store.keys({ prefix: 'k' }))).length],
  ['update', () => persistent_store.update('k', (value) => value ?? 0)],
  ['increment', async () => (await persistent_store.increment('k')) - 1],
  [
    'watch',
    async () => {
      for await (const [entry] of persistent_store.watch(['k'])) return entry?.value
      return undefined
    },
  ],
  [
    'atomic',
    async (session) => {
      const change = session.atomic()
      change.persistent_store.increment('k')
      return Number((await change.commit()).numbers.get('k')) - 1
    },
  ],
  [
    'an atomic check',
    async (session) => {
      const change = session.atomic()
      change.persistent_store.check('k', null)
      return await change.commit().catch(() => 1)
    },
  ],
]

const orders: readonly (readonly [string, (session: Session) => Promise<void>])[] = [
  [
    'bytes are seen by all that comes after them',
    async ({ storage }) => {
      const value = encode('1')
      const written = [storage.set('k', encode('0')), storage.set('k', value)]
      value.fill(0)
      expect(decode(await storage.get('k'))).toBe('1')
      written.push(storage.set('k', encode('2')))
      const stream = await storage.stream('k')
      expect(await new Response(stream?.body).text()).toBe('2')
      written.push(storage.set('k', encode('3')))
      await storage.set('k', new Blob(['4']).stream())
      expect(decode(await storage.get('k'))).toBe('4')
      await Promise.all(written)
    },
  ],
  [
    'what was deleted is gone',
    async () => {
      await persistent_store.setMany({ a: 1, b: 2, c: 3 })
      const deleted = [persistent_store.delete('a'), persistent_store.deleteMany(['b'])]
      expect(await persistent_store.getMany(['a', 'b', 'c'])).toEqual(new Map([['c', 3]]))
      expect(await Array.fromAsync(persistent_store.keys())).toEqual(['c'])
      await Promise.all(deleted)
    },
  ],
  [
    'the write that was called last is the one that stays',
    async () => {
      await Promise.all([1, 2, 3].map((value) => persistent_store.set('k', value)))
      expect(await persistent_store.get('k')).toBe(3)
    },
  ],
]

describe.for(drivers)('over %s', ([, open]) => {
  for (const [write, writing] of writes) {
    test.for(looks)(`what ${write} was to write is seen by %s`, async ([, look]) => {
      const driver = await open()
      const work = async (session: Session): Promise<void> => {
        const written = writing(session)
        expect(await look(session)).toBe(1)
        await written
      }
      await invoke(work, { driver })
    })
  }

  test.for(orders)('%s', async ([, work]) => {
    const driver = await open()
    await expect(invoke(work, { driver })).resolves.toBe(undefined)
  })
})

test('what is about other keys waits for nothing', async () => {
  const gate = Promise.withResolvers<void>()
  const driver = await openDriver()
  const commit = driver.commit.bind(driver)
  driver.commit = async (...call) => {
    if (call[1].puts.some(({ key }) => key === 'slow')) await gate.promise
    await commit(...call)
  }
  const work = async (session: Session): Promise<void> => {
    const slow = persistent_store.set('slow', 1)
    await persistent_store.set('k', 1)
    expect(await persistent_store.get('k')).toBe(1)
    expect((await persistent_store.list({ prefix: 'k' })).entries).toHaveLength(1)
    expect(await session.storage.get('slow')).toBe(null)
    gate.resolve()
    await slow
  }
  await invoke(work, { driver })
})

test('another invocation waits for nothing', async () => {
  const driver = await openDriver()
  const commit = driver.commit.bind(driver)
  const gate = Promise.withResolvers<void>()
  driver.commit = async (...call) => {
    await gate.promise
    await commit(...call)
  }
  const work = async (): Promise<void> => {
    const written = persistent_store.set('k', 1)
    await invoke(async () => expect(await persistent_store.get('k')).toBe(undefined), { driver })
    gate.resolve()
    await written
  }
  await invoke(work, { driver })
})

test('a schema may look into the store at the key that it validates', async () => {
  const schema: StandardSchemaV1<JsonValue> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: async (value) => {
        await setImmediate()
        return (await persistent_store.get('k')) === value
          ? { issues: [{ message: 'It is so already.' }] }
          : { value: value as JsonValue }
      },
    },
  }
  await invoke(async () => {
    const typed = persistent_store.typed(schema)
    await typed.set('k', 1)
    await expect(typed.set('k', 1)).rejects.toMatchObject({ code: 'INVALID_VALUE' })
  })
})

test('what was refused is not waited for, nor seen', async () => {
  await invoke(async () => {
    const refused = persistent_store.set('k', 1, { ifVersion: 'another' })
    const seen = persistent_store.get('k')
    await expect(refused).rejects.toMatchObject({ code: 'VERSION_MISMATCH' })
    expect(await seen).toBe(undefined)
  })
})

test('what waits is told when its invocation is aborted', async () => {
  const hanging: StandardSchemaV1<JsonValue> = {
    '~standard': { version: 1, vendor: 'test', validate: () => new Promise(() => {}) },
  }
  const controller = new AbortController()
  const waited = Promise.withResolvers<unknown>()
  const work = async (): Promise<void> => {
    void persistent_store.typed(hanging).set('k', 1)
    const waiting = [persistent_store.get('k'), persistent_store.set('k', 2)]
    setTimeout(() => controller.abort())
    waited.resolve(await Promise.allSettled(waiting))
  }
  const invocation = invoke(work, { signal: controller.signal })
  const told = { reason: { code: 'ABORTED' } }
  expect(await waited.promise).toMatchObject([told, told])
  await invocation
})
