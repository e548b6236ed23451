import { MisuseError } from '@holdfast/core'
import { changeWatches } from './change-watches.ts'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'

export const watchEndMutants: readonly Mutant[] = [
  {
    name: 'has a watch throw when its signal aborts',
    caughtBy: ['watching.aborted'],
    wrap: (driver) =>
      changeWatches(driver, async function* (states, signal) {
        yield* states
        signal?.throwIfAborted()
      }),
  },
  {
    name: 'ends a watch without a word, whatever went wrong',
    caughtBy: ['watching.closed', 'watching.not-open', 'watching.most-keys'],
    wrap: (driver) =>
      changeWatches(driver, async function* (states) {
        try {
          yield* states
        } catch {
          // Wrong on purpose.
        }
      }),
  },
  {
    name: 'leaves those who watch waiting when it is closed',
    caughtBy: ['watching.closed'],
    wrap: (driver) =>
      changeWatches(driver, async function* (states) {
        try {
          yield* states
        } catch {
          await new Promise(() => {})
        }
      }),
  },
  {
    name: 'waits in close for those who watch',
    caughtBy: ['watching.closed'],
    wrap(driver) {
      const open: Promise<void>[] = []
      return {
        ...changeWatches(driver, async function* (states) {
          const ended = Promise.withResolvers<void>()
          open.push(ended.promise)
          try {
            yield* states
          } finally {
            ended.resolve()
          }
        }),
        async close() {
          await Promise.all(open)
          await driver.close()
        },
      }
    },
  },
  {
    name: 'waits for one more change before it stops watching',
    caughtBy: ['watching.stopped-early'],
    wrap: (driver) =>
      changeWatches(driver, async function* (source) {
        const states = source[Symbol.asyncIterator]()
        try {
          for (;;) {
            const next = await states.next()
            if (next.done === true) return
            yield next.value
          }
        } finally {
          await states.next()
        }
      }),
  },
  {
    name: 'watches one key less than it says',
    caughtBy: ['watching.most-keys'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async *watch(scope, keys, options) {
          if (keys.length >= driver.capabilities.maxWatchedKeys) {
            throw new MisuseError('INVALID_ARGUMENT', 'There are too many keys.')
          }
          yield* driver.watch(scope, keys, options)
        },
      }),
  },
  {
    name: 'watches the first of its keys where there are too many',
    caughtBy: ['watching.most-keys'],
    wrap: (driver) =>
      overrideDriver(driver, {
        watch: (scope, keys, options) =>
          driver.watch(scope, keys.slice(0, driver.capabilities.maxWatchedKeys), options),
      }),
  },
]
