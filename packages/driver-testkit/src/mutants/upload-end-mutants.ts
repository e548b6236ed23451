import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'

export const uploadEndMutants: readonly Mutant[] = [
  {
    name: 'tells no body of an upload to end of which it has read nothing',
    caughtBy: ['streams.refused-unread'],
    wrap: (driver) =>
      overrideDriver(driver, {
        writeStream(scope, put, options) {
          // A generator does not hear that it is to end before it has begun.
          const body = (async function* (): AsyncGenerator<Uint8Array> {
            yield* put.body
          })()
          return driver.writeStream(scope, { ...put, body }, options)
        },
      }),
  },
  {
    name: 'waits in close for the bodies of uploads',
    caughtBy: ['streams.upload-closed'],
    wrap(driver) {
      const uploads: Promise<void>[] = []
      return overrideDriver(driver, {
        writeStream(scope, put, options) {
          const upload = driver.writeStream(scope, put, options)
          uploads.push(upload)
          return upload
        },
        async close() {
          await Promise.allSettled(uploads)
          await driver.close()
        },
      })
    },
  },
]
