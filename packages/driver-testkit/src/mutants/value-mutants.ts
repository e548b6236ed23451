import { mebibyte, utf8 } from '../bytes.ts'
import { turnOfEventLoop } from '../settlement.ts'
import { bufferMutants } from './buffer-mutants.ts'
import { changeOverwrites, changePuts, entryId } from './change-calls.ts'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'

/** Length of the chunks that a driver may keep values in, in bytes. */
const chunkBytes = 65_536

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
  {
    name: 'loses the last chunk of a value unless it is full',
    caughtBy: ['values.lengths'],
    wrap: (driver) =>
      changePuts(driver, (put) => {
        const length = put.value.byteLength
        if (length <= chunkBytes) return put
        return { ...put, value: put.value.subarray(0, length - (length % chunkBytes)) }
      }),
  },
  {
    name: 'keeps values of persistent_store as JSON',
    caughtBy: ['values.both-stores'],
    wrap: (driver) =>
      changePuts(driver, (put) => {
        if (put.store === 'storage') return put
        const text = new TextDecoder().decode(put.value)
        const isJson = text.startsWith('{')
        return isJson ? { ...put, value: utf8(JSON.stringify(JSON.parse(text))) } : put
      }),
  },
  ...bufferMutants,
]
