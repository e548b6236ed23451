import type { StorageDriver } from '@holdfast/core'
import type { HistoryBuilder } from './history-builder.ts'
import { type ClientsPlan, readKeys, runClients } from './run-clients.ts'

/** Clients in this process on one driver. */
export interface InProcessRun extends ClientsPlan {
  readonly createDriver: () => StorageDriver | Promise<StorageDriver>
  readonly operations: number
}

/** Runs the clients until enough operations have ended, then reads all keys. */
export async function runInProcess(
  run: InProcessRun,
  history: HistoryBuilder,
  signal: AbortSignal,
): Promise<void> {
  const driver = await run.createDriver()
  const work = async (): Promise<void> => {
    await driver.open()
    const isOver = (): boolean => history.ended >= run.operations || signal.aborted
    await runClients(driver, history, run, isOver)
    const keys = new Set(history.operations().map(({ key }) => key))
    await readKeys(driver, history, run.clients, [...keys])
    await driver.close()
  }
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  try {
    await Promise.race([work(), aborted])
  } catch (error) {
    // Where a call hangs, so does close, which waits for it.
    void driver.close().catch(() => undefined)
    throw error
  }
}
