// The program of a process of clients; client-process.ts starts it and hears what it tells.
import { once } from 'node:events'
import { importDriverModule } from '../import-driver-module.ts'
import { readPlan, tellParent } from '../parent-process.ts'
import type { ProcessMessage, ProcessPlan } from './client-process-protocol.ts'
import { monotonicNow } from './monotonic-now.ts'
import type { HistoryRecorder } from './recorded-operation.ts'
import { readKeys, runClients } from './run-clients.ts'

/** How long the last operations and the closing of the driver may take, in milliseconds. */
const graceMs = 30_000

await main(readPlan() as ProcessPlan)

async function main({ driverModule, location, task }: ProcessPlan): Promise<void> {
  const over = new AbortController()
  let stage: 'opening' | 'working' | 'done' = 'opening'
  let deadline: ReturnType<typeof setTimeout> | undefined
  // It ends with its parent, too, however that ends.
  process.stdin.resume().once('close', () => {
    over.abort()
    if (stage === 'done') return
    deadline = setTimeout(() => process.exit(1), stage === 'working' ? graceMs : 0)
  })

  const { createDriver } = await importDriverModule(driverModule)
  const driver = await createDriver(location)
  await driver.open()
  tell({ kind: 'ready', at: monotonicNow() })
  await Promise.race([once(process.stdin, 'data'), once(over.signal, 'abort')])
  stage = 'working'
  if (task.kind === 'read') await readKeys(driver, createRecorder(), task.client, task.keys)
  else await runClients(driver, createRecorder(), task, () => over.signal.aborted)
  await driver.close()
  stage = 'done'
  clearTimeout(deadline)
}

function createRecorder(): HistoryRecorder {
  let operations = 0
  return {
    begin(invocation) {
      const id = operations++
      tell({ kind: 'begin', id, invocation })
      return id
    },
    end: (id, completion) => tell({ kind: 'end', id, completion }),
  }
}

function tell(message: ProcessMessage): void {
  tellParent(message)
}
