import { HoldfastError, isHoldfastError } from '@holdfast/core'
import { aroundCalls } from './around-calls.ts'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'

export const errorMutants: readonly Mutant[] = [
  {
    name: 'throws errors of a kind of its own',
    caughtBy: ['errors.fields', 'errors.of-streams'],
    wrap: (driver) =>
      aroundCalls(driver, async (call, options) => {
        try {
          return await call(options)
        } catch (error) {
          throw Object.assign(new Error(String(error)), { code: codeOf(error) })
        }
      }),
  },
  {
    name: 'says of every error that the call may be tried again',
    caughtBy: ['errors.fields', 'errors.of-streams'],
    wrap: (driver) =>
      aroundCalls(driver, async (call, options) => {
        try {
          return await call(options)
        } catch (error) {
          throw Object.assign(error as Error, { retryable: true })
        }
      }),
  },
  {
    name: 'tells what its engine says of the row that failed',
    caughtBy: ['errors.discreet'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async commit(target, commit, options) {
          try {
            await driver.commit(target, commit, options)
          } catch (error) {
            const rows = commit.puts.map(({ key, value }) => `(${key}, \\x${hexOf(value)})`)
            throw withCause(error, `Failing rows contain ${rows.join()}`)
          }
        },
      }),
  },
  {
    name: 'shows the piece at which an upload failed',
    caughtBy: ['errors.of-streams'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async writeStream(scope, put, options) {
          let last = new Uint8Array()
          const body = (async function* (): AsyncGenerator<Uint8Array> {
            for await (const bytes of put.body) {
              last = new Uint8Array(bytes)
              yield bytes
            }
          })()
          try {
            await driver.writeStream(scope, { ...put, body }, options)
          } catch (error) {
            throw withCause(error, `Cannot write the chunk ${hexOf(last)}`)
          }
        },
      }),
  },
  {
    name: 'leaves the transaction open in which a commit failed',
    caughtBy: ['errors.passing'],
    wrap(driver) {
      let hasFailed = false
      return overrideDriver(driver, {
        async commit(target, commit, options) {
          if (hasFailed) throw new HoldfastError('DRIVER_FAILURE', 'The transaction is aborted.')
          try {
            await driver.commit(target, commit, options)
          } catch (error) {
            hasFailed = true
            throw error
          }
        },
      })
    },
  },
]

function codeOf(error: unknown): string | undefined {
  return isHoldfastError(error) ? error.code : undefined
}

function withCause(error: unknown, message: string): unknown {
  if (!isHoldfastError(error)) return error
  const { code, context } = error
  return new HoldfastError(code, error.message, { context, cause: new Error(message) })
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
