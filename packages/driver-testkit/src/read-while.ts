import { turnOfEventLoop } from './settlement.ts'

/**
 * Has several readers look again and again while something is written. Each has a rhythm of its own,
 * so that they do not all miss the same moment, and each lets go of the event loop, without which a
 * driver that reads at once would never write.
 */
export async function readWhile(
  written: Promise<unknown>,
  read: () => Promise<void>,
): Promise<void> {
  const progress = { isOver: false }
  const readOn = async (pauses: number): Promise<void> => {
    while (!progress.isOver) {
      for (let turn = 0; turn < 50; turn++) {
        await read()
        for (let pause = 0; pause < pauses; pause++) await Promise.resolve()
      }
      await turnOfEventLoop()
    }
  }
  const ended = written.finally(() => {
    progress.isOver = true
  })
  await Promise.all([ended, ...[0, 1, 2, 3].map(readOn)])
}
