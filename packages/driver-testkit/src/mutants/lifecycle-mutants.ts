import { turnOfEventLoop } from '../settlement.ts'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'

export const lifecycleMutants: readonly Mutant[] = [
  {
    name: 'opens itself with its first call',
    caughtBy: ['lifecycle.before-open'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async usage(scope, options) {
          await driver.open()
          return await driver.usage(scope, options)
        },
      }),
  },
  {
    name: 'has nothing stored before it is opened',
    caughtBy: ['lifecycle.before-open'],
    wrap(driver) {
      let isOpen = false
      return overrideDriver(driver, {
        async open(options) {
          await driver.open(options)
          isOpen = true
        },
        get: async (scope, keys, options) =>
          isOpen ? await driver.get(scope, keys, options) : keys.map(() => null),
      })
    },
  },
  {
    name: 'has nothing stored after it is closed',
    caughtBy: ['lifecycle.after-close'],
    wrap(driver) {
      let isClosed = false
      return overrideDriver(driver, {
        async close() {
          isClosed = true
          await driver.close()
        },
        list: async (scope, query, options) =>
          isClosed ? { entries: [], cursor: null } : await driver.list(scope, query, options),
      })
    },
  },
  {
    name: 'says that it was opened again after it was closed',
    caughtBy: ['lifecycle.after-close', 'lifecycle.close-again'],
    wrap(driver) {
      let isClosed = false
      return overrideDriver(driver, {
        async close() {
          isClosed = true
          await driver.close()
        },
        open: async (options) => (isClosed ? undefined : await driver.open(options)),
      })
    },
  },
  {
    name: 'cannot be opened twice',
    caughtBy: ['lifecycle.open-again'],
    wrap(driver) {
      let isOpen = false
      return overrideDriver(driver, {
        async open(options) {
          if (isOpen) throw new Error('The table exists already.')
          isOpen = true
          await driver.open(options)
        },
      })
    },
  },
  {
    name: 'takes itself for open while it is opening',
    caughtBy: ['lifecycle.open-again'],
    wrap(driver) {
      let isOpening = false
      return overrideDriver(driver, {
        async open(options) {
          if (isOpening) return
          isOpening = true
          await turnOfEventLoop()
          await driver.open(options)
        },
      })
    },
  },
  {
    name: 'remembers how it was first opened, also where that failed',
    caughtBy: ['lifecycle.open-retried'],
    wrap(driver) {
      let opening: Promise<void> | undefined
      return overrideDriver(driver, {
        open(options) {
          opening ??= driver.open(options)
          return opening
        },
      })
    },
  },
  {
    name: 'goes on to open when its caller has given up',
    caughtBy: ['lifecycle.open-retried'],
    wrap: (driver) => overrideDriver(driver, { open: () => driver.open() }),
  },
  {
    name: 'cannot be closed twice',
    caughtBy: ['lifecycle.close-again'],
    wrap(driver) {
      let isClosed = false
      return overrideDriver(driver, {
        async close() {
          if (isClosed) throw new Error('The database is not open.')
          isClosed = true
          await driver.close()
        },
      })
    },
  },
  {
    name: 'forgets that it was closed before it was opened',
    caughtBy: ['lifecycle.close-again', 'lifecycle.close-while-opening'],
    wrap(driver) {
      let isOpen = false
      return overrideDriver(driver, {
        async open(options) {
          await driver.open(options)
          isOpen = true
        },
        close: async () => (isOpen ? await driver.close() : undefined),
      })
    },
  },
  {
    name: 'is not closed by the end of a block',
    caughtBy: ['lifecycle.await-using'],
    wrap(driver) {
      let disposals = 0
      return overrideDriver(driver, {
        // The kit disposes of it again, and is to leave nothing behind.
        [Symbol.asyncDispose]: async () => (disposals++ > 0 ? await driver.close() : undefined),
      })
    },
  },
  {
    name: 'closes before the commits that it has not begun',
    caughtBy: ['lifecycle.close-waits'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async commit(target, commit, options) {
          await turnOfEventLoop()
          await driver.commit(target, commit, options)
        },
      }),
  },
  {
    name: 'closes before the reads that it has not begun',
    caughtBy: ['lifecycle.close-waits'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async get(scope, keys, options) {
          await turnOfEventLoop()
          return await driver.get(scope, keys, options)
        },
      }),
  },
  {
    name: 'closes before it has answered its commits',
    caughtBy: ['lifecycle.close-waits'],
    wrap(driver) {
      let closing: Promise<void> | undefined
      return overrideDriver(driver, {
        async commit(target, commit, options) {
          await driver.commit(target, commit, options)
          if (closing === undefined) return
          await closing
          await turnOfEventLoop()
          await turnOfEventLoop()
        },
        close() {
          closing ??= driver.close()
          return closing
        },
      })
    },
  },
]
