import type { Entry, ListedEntry, StorageDriver, Version } from '@holdfast/core'
import { changePuts } from './change-calls.ts'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'

/** What goes wrong with the memory that values are in. */
export const bufferMutants: readonly Mutant[] = [
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
    name: 'gives those who read the same at once one answer',
    caughtBy: ['values.copied-out'],
    wrap(driver) {
      const asked = new Map<string, ReturnType<StorageDriver['get']>>()
      return overrideDriver(driver, {
        get(scope, keys, options) {
          const id = JSON.stringify([scope, keys])
          const known = asked.get(id)
          if (known !== undefined) return known
          const answer = driver.get(scope, keys, options).finally(() => asked.delete(id))
          asked.set(id, answer)
          return answer
        },
      })
    },
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
    name: 'copies in time the first value of a commit alone',
    caughtBy: ['values.copied-in'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async commit(target, commit, options) {
          const puts = commit.puts.map((put, index) =>
            index === 0 ? { ...put, value: new Uint8Array(put.value) } : put,
          )
          await Promise.resolve()
          await driver.commit(target, { ...commit, puts }, options)
        },
      }),
  },
  {
    name: 'lists the buffer that it keeps',
    caughtBy: ['values.copied-out'],
    wrap(driver) {
      const kept = new Map<Version, ListedEntry>()
      return overrideDriver(driver, {
        async list(scope, query, options) {
          const { entries, cursor } = await driver.list(scope, query, options)
          const listed = entries.map((entry) => {
            const first = kept.get(entry.version) ?? entry
            kept.set(entry.version, first)
            return first
          })
          return { entries: listed, cursor }
        },
      })
    },
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
