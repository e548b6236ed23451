import type { Scope, StorageDriver, StorageKey } from '@holdfast/core'
import { changeUploads } from './change-streams.ts'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'
import { streamExtentMutants } from './stream-extent-mutants.ts'
import { uploadRaceMutants } from './upload-race-mutants.ts'

export const streamTrafficMutants: readonly Mutant[] = [
  {
    name: 'keeps the pieces of all uploads of a key in one place',
    caughtBy: ['streams.two-uploads', 'streams.whole'],
    wrap(driver) {
      const pieces = new Map<StorageKey, Uint8Array[]>()
      return changeUploads(driver, async function* ({ key, body }) {
        const mine = pieces.get(key) ?? []
        pieces.set(key, mine)
        for await (const bytes of body) mine.push(new Uint8Array(bytes))
        pieces.delete(key)
        yield* mine
      })
    },
  },
  {
    name: 'drops an upload without a word where another came before its end',
    caughtBy: ['streams.two-uploads', 'streams.two-uploads-shared'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async writeStream(scope, put, options) {
          const before = await versionOf(driver, scope, put.key)
          const pieces: Uint8Array[] = []
          for await (const bytes of put.body) pieces.push(new Uint8Array(bytes))
          if ((await versionOf(driver, scope, put.key)) !== before) return
          await driver.writeStream(scope, { ...put, body: ReadableStream.from(pieces) }, options)
        },
      }),
  },
  {
    name: 'writes one thing after the other, be it an upload or a commit',
    caughtBy: ['streams.small-calls'],
    wrap(driver) {
      const inTurn = createQueue()
      return overrideDriver(driver, {
        commit: (...call) => inTurn(() => driver.commit(...call)),
        writeStream: (...call) => inTurn(() => driver.writeStream(...call)),
      })
    },
  },
  {
    name: 'takes one upload after the other',
    caughtBy: ['streams.small-calls', 'streams.two-uploads'],
    wrap(driver) {
      const inTurn = createQueue()
      return overrideDriver(driver, {
        writeStream: (...call) => inTurn(() => driver.writeStream(...call)),
      })
    },
  },
  {
    name: 'keeps the pieces of a body, and not copies of them, until it writes',
    caughtBy: ['streams.body-reused'],
    wrap: (driver) =>
      changeUploads(driver, async function* ({ body }) {
        yield* await Array.fromAsync(body)
      }),
  },
  ...uploadRaceMutants,
  ...streamExtentMutants,
]

/** Runs one thing after the other. */
function createQueue(): <Result>(run: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve()
  return (run) => {
    const result = last.then(run)
    last = result.catch(() => undefined)
    return result
  }
}

async function versionOf(
  driver: StorageDriver,
  scope: Scope,
  key: StorageKey,
): Promise<string | null> {
  const [entry] = await driver.get(scope, [key])
  return entry?.version ?? null
}
