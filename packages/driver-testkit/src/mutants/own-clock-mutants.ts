import type { EpochMs, Version } from '@holdfast/core'
import { changeEntries, changePuts } from './change-calls.ts'
import type { Mutant } from './mutant.ts'

/** What goes wrong with expiry where nobody but the machine moves the clock. */
export const ownClockMutants: readonly Mutant[] = [
  {
    name: 'looks at expiresAt when an entry is written, and never again',
    caughtBy: ['expiry.by-itself'],
    wrap(driver) {
      const expiries = new Map<Version, EpochMs>()
      const lasting = changePuts(driver, (put) => {
        if (put.expiresAt === null || put.expiresAt <= Date.now()) return put
        expiries.set(put.version, put.expiresAt)
        return { ...put, expiresAt: null }
      })
      return changeEntries(lasting, ({ version, expiresAt }) => ({
        expiresAt: expiries.get(version) ?? expiresAt,
      }))
    },
  },
  {
    name: 'takes all that expires within the hour for expired',
    caughtBy: ['expiry.by-itself'],
    wrap: (driver) =>
      changePuts(driver, (put) => ({
        ...put,
        expiresAt: put.expiresAt === null ? null : put.expiresAt - 3_600_000,
      })),
  },
]
