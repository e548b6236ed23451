import type { Entry, Version } from '@holdfast/core'
import { mebibyte } from '../bytes.ts'
import { turnOfEventLoop } from '../settlement.ts'
import { changeOverwrites, changePuts, entryId } from './change-calls.ts'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'

export const valueMutants: readonly Mutant[] = [
  {
    name: 'keeps values as text',
    caughtBy: ['values.every-byte'],
    wrap: (driver) =>
      overrideDriver(driver, {
        commit(target, commit, options) {
          const puts = commit.puts.map((put) => {
            const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(put.value)
            return { ...put, value: new TextEncoder().encode(text) }
          })
          return driver.commit(target, { ...commit, puts }, options)
        },
      }),
  },
  {
    name: 'takes an empty value for none',
    caughtBy: ['values.empty'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async get(scope, keys, options) {
          const entries = await driver.get(scope, keys, options)
          return entries.map((entry) => (entry?.size === 0 ? null : entry))
        },
      }),
  },
  {
    name: 'copies values a moment too late',
    caughtBy: ['values.copied-in'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async commit(target, commit, options) {
          await Promise.resolve()
          await driver.commit(target, commit, options)
        },
      }),
  },
  {
    name: 'hands out the buffer that it keeps',
    caughtBy: ['values.copied-out'],
    wrap(driver) {
      const kept = new Map<Version, Entry>()
      return overrideDriver(driver, {
        async get(scope, keys, options) {
          const entries = await driver.get(scope, keys, options)
          return entries.map((entry) => {
            if (entry === null) return null
            const first = kept.get(entry.version) ?? entry
            kept.set(entry.version, first)
            return first
          })
        },
      })
    },
  },
  {
    name: 'drops a byte order mark',
    caughtBy: ['values.lookalikes'],
    wrap: (driver) =>
      changePuts(driver, (put) => {
        const isMarked = Buffer.from(put.value).indexOf('\ufeff') === 0
        return isMarked ? { ...put, value: put.value.subarray(3) } : put
      }),
  },
  {
    name: 'takes the text null for nothing',
    caughtBy: ['values.lookalikes'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async get(scope, keys, options) {
          const entries = await driver.get(scope, keys, options)
          return entries.map((entry) =>
            entry && Buffer.from(entry.value).equals(Buffer.from('null')) ? null : entry,
          )
        },
      }),
  },
  {
    name: 'cuts values off at 1 MiB',
    caughtBy: ['values.large'],
    wrap: (driver) =>
      changePuts(driver, (put) => ({ ...put, value: put.value.subarray(0, mebibyte) })),
  },
  {
    name: 'refuses more than a packet of 1 MiB',
    caughtBy: ['values.large'],
    wrap: (driver) =>
      changePuts(driver, (put) => {
        if (put.value.byteLength <= mebibyte) return put
        throw new Error('Packet too large')
      }),
  },
  {
    name: 'writes over the old value, and leaves what is beyond',
    caughtBy: ['values.replaced'],
    wrap: (driver) =>
      changeOverwrites(driver, (put, old) => {
        const rest = old.value.subarray(put.value.byteLength)
        return { ...put, value: Buffer.concat([put.value, rest]) }
      }),
  },
  {
    name: 'stores the whole buffer under a view',
    caughtBy: ['values.views'],
    wrap: (driver) =>
      changePuts(driver, (put) => ({ ...put, value: new Uint8Array(put.value.buffer) })),
  },
  {
    name: 'forgets where in its buffer a view begins',
    caughtBy: ['values.views'],
    wrap: (driver) =>
      changePuts(driver, (put) => ({
        ...put,
        value: new Uint8Array(put.value.buffer, 0, put.value.byteLength),
      })),
  },
  {
    name: 'moves the buffer to its worker',
    caughtBy: ['values.left-alone'],
    wrap: (driver) =>
      changePuts(driver, (put) => ({
        ...put,
        value: structuredClone(put.value, { transfer: [put.value.buffer as ArrayBuffer] }),
      })),
  },
  {
    name: 'encrypts in the buffer that it was given',
    caughtBy: ['values.left-alone'],
    wrap: (driver) =>
      changePuts(driver, (put) => {
        const value = new Uint8Array(put.value)
        put.value.forEach((byte, index) => (put.value[index] = byte ^ 0x5a))
        return { ...put, value }
      }),
  },
  {
    name: 'gives out views of the answer that it received',
    caughtBy: ['values.own-memory'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async get(scope, keys, options) {
          return inOneBuffer(await driver.get(scope, keys, options))
        },
      }),
  },
  {
    name: 'lists views of the answer that it received',
    caughtBy: ['values.own-memory'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async list(scope, query, options) {
          const { entries, cursor } = await driver.list(scope, query, options)
          return { entries: inOneBuffer(entries), cursor }
        },
      }),
  },
  {
    name: 'gives out Buffers',
    caughtBy: ['values.plain'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async get(scope, keys, options) {
          const entries = await driver.get(scope, keys, options)
          return entries.map((entry) => entry && { ...entry, value: Buffer.from(entry.value) })
        },
      }),
  },
  {
    name: 'lists Buffers',
    caughtBy: ['values.plain'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async list(scope, query, options) {
          const { entries, cursor } = await driver.list(scope, query, options)
          const listed = entries.map((entry) =>
            entry.value === null ? entry : { ...entry, value: Buffer.from(entry.value) },
          )
          return { entries: listed, cursor }
        },
      }),
  },
  {
    name: 'gives writes of a key at once the content type of the first',
    caughtBy: ['values.whole'],
    wrap(driver) {
      const onTheirWay = new Map<string, string | null>()
      return overrideDriver(driver, {
        async commit(target, commit, options) {
          const ids = commit.puts.map(({ store, key }) => entryId({ ...target, store }, key))
          const puts = commit.puts.map((put, index) => {
            const id = ids[index] ?? ''
            const contentType = onTheirWay.get(id) ?? put.contentType
            onTheirWay.set(id, contentType)
            return { ...put, contentType }
          })
          await driver.commit(target, { ...commit, puts }, options)
          for (const id of ids) onTheirWay.delete(id)
        },
      })
    },
  },
  {
    name: 'reads the values after their metadata',
    caughtBy: ['values.whole-to-readers'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async get(scope, keys, options) {
          const entries = await driver.get(scope, keys, options)
          await turnOfEventLoop()
          const values = await driver.get(scope, keys, options)
          return entries.map((entry, index) => {
            const value = values[index]?.value
            return entry && value ? { ...entry, value } : null
          })
        },
      }),
  },
  {
    name: 'lists the values after their metadata',
    caughtBy: ['values.whole-to-readers'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async list(scope, query, options) {
          const { entries, cursor } = await driver.list(scope, query, options)
          if (query.keysOnly) return { entries, cursor }
          const keys = entries.map(({ key }) => key)
          await turnOfEventLoop()
          const values = await driver.get(scope, keys, options)
          return {
            entries: entries.map((entry, index) => ({
              ...entry,
              value: values[index]?.value ?? null,
            })),
            cursor,
          }
        },
      }),
  },
]

/** The same entries, with their values side by side in one buffer. */
function inOneBuffer<Item extends { readonly value: Uint8Array | null } | null>(
  entries: readonly Item[],
): readonly Item[] {
  const values = entries.map((entry) => entry?.value ?? new Uint8Array())
  const { buffer } = new Uint8Array(Buffer.concat(values))
  let start = 0
  return entries.map((entry) => {
    if (entry === null || entry.value === null) return entry
    const value = new Uint8Array(buffer, start, entry.value.byteLength)
    start += value.byteLength
    return { ...entry, value }
  })
}
