import { HoldfastError } from '@holdfast/core'
import { nothingCame, orNothing, turnOfEventLoop } from '../settlement.ts'
import { aroundCalls } from './around-calls.ts'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'

/** Longer than any delay that `setTimeout` knows, in milliseconds. */
const tooLongMs = 2 ** 31

export const cancellationMutants: readonly Mutant[] = [
  {
    name: 'heeds no signal',
    caughtBy: [
      'cancellation.aborted-before',
      'cancellation.held-up',
      'streams.aborted',
      'streams.body-aborted',
      'watching.aborted',
    ],
    wrap: (driver) => ({
      ...aroundCalls(driver, (call, options) => call({ ...options, signal: undefined })),
      watch: (scope, keys) => driver.watch(scope, keys),
    }),
  },
  {
    name: 'looks at its signal before a call and never again',
    caughtBy: ['cancellation.held-up', 'streams.aborted', 'streams.body-aborted'],
    wrap: (driver) =>
      aroundCalls(driver, (call, options) =>
        call(options?.signal?.aborted === true ? options : { ...options, signal: undefined }),
      ),
  },
  {
    name: 'heeds no deadline',
    caughtBy: ['cancellation.too-late', 'cancellation.held-up'],
    wrap: (driver) =>
      aroundCalls(driver, (call, options) => call({ ...options, deadlineAt: undefined })),
  },
  {
    name: 'sees no deadline once a call has begun',
    caughtBy: ['cancellation.held-up'],
    wrap: (driver) =>
      aroundCalls(driver, (call, options) => {
        const isLate = options?.deadlineAt !== undefined && options.deadlineAt <= Date.now()
        return call(isLate ? options : { ...options, deadlineAt: undefined })
      }),
  },
  {
    name: 'sets a timer for a deadline that is further away than timers reach',
    caughtBy: ['cancellation.in-time'],
    wrap: (driver) =>
      aroundCalls(driver, (call, options) => {
        const isTooLong = (options?.deadlineAt ?? 0) - Date.now() >= tooLongMs
        return call(isTooLong ? { ...options, deadlineAt: Date.now() } : options)
      }),
  },
  {
    name: 'lets the reason of a signal out of a read',
    caughtBy: ['cancellation.of-a-read'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async get(scope, keys, options) {
          const entries = await driver.get(scope, keys)
          options?.signal?.throwIfAborted()
          return entries
        },
      }),
  },
  {
    name: 'says that a call was aborted, or came too late, and goes on with it',
    caughtBy: [
      'cancellation.of-a-write',
      'cancellation.of-a-clear',
      'cancellation.of-an-upload',
      'cancellation.held-up-writes',
    ],
    wrap: (driver) =>
      aroundCalls(driver, async (call, options) => {
        const { signal, deadlineAt = Date.now() + 60_000 } = options ?? {}
        const aborted = new Promise<never>((_resolve, reject) => {
          signal?.addEventListener('abort', () =>
            reject(new HoldfastError('ABORTED', 'The call was aborted by its signal.')),
          )
        })
        const result = await orNothing(
          Promise.race([call(undefined), aborted]),
          deadlineAt - Date.now(),
        )
        if (result !== nothingCame) return result
        throw new HoldfastError('DEADLINE_EXCEEDED', 'The call did not finish by its deadline.')
      }),
  },
  {
    name: 'aborts with one call all that are in its batch',
    caughtBy: ['cancellation.of-one'],
    wrap(driver) {
      let batch: AbortController | undefined
      return overrideDriver(driver, {
        async commit(target, commit, options) {
          const controller = (batch ??= new AbortController())
          options?.signal?.addEventListener('abort', () => controller.abort())
          await turnOfEventLoop()
          batch = undefined
          await driver.commit(target, commit, { ...options, signal: controller.signal })
        },
      })
    },
  },
]
