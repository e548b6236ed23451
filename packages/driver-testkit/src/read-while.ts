import { turnOfEventLoop } from './settlement.ts'

/** How many read, and how often each does before it lets go of the event loop. */
interface ReaderOptions {
  readonly readers?: number
  readonly readsPerTurn?: number
}

/**
 * Has several readers look again and again while something is written. Each has a rhythm of its own,
 * so that they do not all miss the same moment, and each lets go of the event loop, without which a
 * driver that reads at once would never write.
 */
export async function readWhile(
  written: Promise<unknown>,
  read: () => Promise<void>,
  { readers = 4, readsPerTurn = 50 }: ReaderOptions = {},
): Promise<void> {
  const progress = { isOver: false }
  const readOn = async (pauses: number): Promise<void> => {
    while (!progress.isOver) {
      for (let reads = 0; reads < readsPerTurn; reads++) {
        await read()
        for (let pause = 0; pause < pauses; pause++) await Promise.resolve()
      }
      await turnOfEventLoop()
    }
  }
  const ended = written.finally(() => {
    progress.isOver = true
  })
  await Promise.all([ended, ...Array.from({ length: readers }, (_, pauses) => readOn(pauses))])
}
