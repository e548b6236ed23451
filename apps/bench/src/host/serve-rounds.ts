import type { PeerAnswer, PeerOrder } from './peer-process.ts'
import { timeCalls, type TimedRound } from './plugin/time-calls.ts'

/** Measures calls whenever the parent of this process says so. It ends when the parent is gone. */
export function serveRounds(call: () => Promise<unknown>): void {
  const measure = async (round: TimedRound): Promise<void> => {
    process.send?.({ timing: await timeCalls(call, round) } satisfies PeerAnswer)
  }
  process.on('message', (message: unknown) => {
    // What fails ends the process, and so tells the parent.
    if (isOrder(message)) void measure(message.round)
  })
  process.on('disconnect', () => process.exit())
}

function isOrder(message: unknown): message is PeerOrder {
  return typeof message === 'object' && message !== null && 'round' in message
}
