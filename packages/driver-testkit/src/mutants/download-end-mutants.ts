import { HoldfastError } from '@holdfast/core'
import { cut, joined } from '../bodies.ts'
import { changeDownloads } from './change-streams.ts'
import type { Mutant } from './mutant.ts'
import { overrideDriver } from './override-driver.ts'

export const downloadEndMutants: readonly Mutant[] = [
  {
    name: 'reads a value whole before it gives out the first piece',
    caughtBy: ['streams.body-aborted', 'streams.closed', 'streams.turns'],
    wrap: (driver) =>
      changeDownloads(driver, async ({ metadata, body }) => ({
        metadata,
        body: cut(await joined(body)),
      })),
  },
  {
    name: 'ends bodies at the deadline of their call',
    caughtBy: ['streams.deadline'],
    wrap: (driver) =>
      overrideDriver(driver, {
        async readStream(scope, key, range, options) {
          const stream = await driver.readStream(scope, key, range, options)
          return stream && { ...stream, body: until(stream.body, options?.deadlineAt ?? Infinity) }
        },
      }),
  },
  {
    name: 'waits in close for the bodies that it gave out',
    caughtBy: ['streams.closed', 'streams.stopped-early'],
    wrap(driver) {
      const open: Promise<void>[] = []
      return {
        ...changeDownloads(driver, ({ metadata, body }) => {
          const ended = Promise.withResolvers<void>()
          open.push(ended.promise)
          return { metadata, body: endingWith(body, ended.resolve) }
        }),
        async close() {
          await Promise.all(open)
          await driver.close()
        },
      }
    },
  },
]

async function* endingWith(
  body: AsyncIterable<Uint8Array>,
  onEnd: () => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } finally {
    onEnd()
  }
}

async function* until(
  body: AsyncIterable<Uint8Array>,
  deadlineAt: number,
): AsyncGenerator<Uint8Array> {
  for await (const piece of body) {
    if (Date.now() > deadlineAt) throw new HoldfastError('DEADLINE_EXCEEDED', 'Too late.')
    yield piece
  }
}
