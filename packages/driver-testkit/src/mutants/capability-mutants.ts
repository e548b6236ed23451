import { HoldfastError } from '@holdfast/core'
import { joined } from '../bodies.ts'
import { uploadAsCommit } from './change-streams.ts'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'

export const capabilityMutants: readonly Mutant[] = [
  {
    name: 'asks its server for its limits, and knows them when it is open',
    caughtBy: ['capabilities.fixed'],
    wrap(driver) {
      let isOpen = false
      const open = async (): Promise<void> => {
        await driver.open()
        isOpen = true
      }
      return {
        ...overrideDriver(driver, { open }),
        get capabilities() {
          return isOpen ? driver.capabilities : { ...driver.capabilities, maxValueBytes: 0 }
        },
      }
    },
  },
  {
    name: 'promises commits without end',
    caughtBy: ['capabilities.bounds'],
    wrap: (driver) =>
      overrideDriver(driver, {
        capabilities: { ...driver.capabilities, maxCommitEntries: Infinity },
      }),
  },
  {
    name: 'refuses a value of just the size that it promises',
    caughtBy: ['capabilities.largest-value'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async commit(target, commit, options) {
          const { maxValueBytes } = driver.capabilities
          if (commit.puts.some(({ value }) => value.byteLength >= maxValueBytes)) {
            throw new HoldfastError('VALUE_TOO_LARGE', 'The row is too large.')
          }
          await driver.commit(target, commit, options)
        },
      }),
  },
  {
    name: 'cuts a value that is too large',
    caughtBy: ['capabilities.too-large'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async commit(target, commit, options) {
          const puts = commit.puts.map((put) => ({
            ...put,
            value: put.value.subarray(0, driver.capabilities.maxValueBytes),
          }))
          await driver.commit(target, { ...commit, puts }, options)
        },
      }),
  },
  {
    name: 'writes what is too much for one commit in several',
    caughtBy: ['capabilities.commit-bytes'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async commit(target, commit, options) {
          const bytes = commit.puts.reduce((sum, { value }) => sum + value.byteLength, 0)
          const isTooMuch = bytes > driver.capabilities.maxCommitBytes
          if (!isTooMuch) return await driver.commit(target, commit, options)
          for (const put of commit.puts) {
            await driver.commit(target, { ...commit, puts: [put] }, options)
          }
        },
      }),
  },
  {
    name: 'takes streams that it says it does not, as whole values',
    caughtBy: ['capabilities.no-streams'],
    wrap: (driver) =>
      overrideDriver(driver, {
        writeStream: async (scope, put) =>
          uploadAsCommit(driver, scope, put, await joined(put.body)),
      }),
  },
  {
    name: 'has a watch that yields nothing where it says that it has none',
    caughtBy: ['capabilities.no-watching'],
    wrap: (driver) => overrideDriver(driver, { async *watch() {} }),
  },
]
