import type { Entry, Version } from '@holdfast/core'
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
]
