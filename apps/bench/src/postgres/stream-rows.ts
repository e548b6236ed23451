import { fork } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { text } from 'node:stream/consumers'
import { oneScope } from './bench-content.ts'
import type { BenchRun, PostgresRow } from './bench-run.ts'
import type { StreamMemoryTask } from './stream-memory-entry.ts'

const mebibyte = 1_048_576
const content = { ...oneScope, keysPerScope: 10 }

/** How much memory a large value needs on its way in and out, each in a process of its own. */
export function streamRows(run: BenchRun): readonly PostgresRow[] {
  return [toPlan('write', run), toPlan('read', run)]
}

function toPlan(direction: StreamMemoryTask['direction'], { sizes }: BenchRun): PostgresRow {
  const mebibytes = sizes.streamBytes / mebibyte
  return {
    name: `stream-${direction}`,
    title: `memory to ${direction} ${mebibytes} MiB as a stream / its size`,
    unit: 'MiB',
    goal: { figure: 'ours', is: 'under', bound: 64 },
    async prepare(databases, signal) {
      const { url } = await databases.get(content, signal)
      const task = { url, bytes: sizes.streamBytes }
      if (direction === 'read') await runAlone({ ...task, direction: 'write' }, signal)
      return {
        ours: async () => (await runAlone({ ...task, direction }, signal)) / mebibyte,
        other: async () => mebibytes,
        [Symbol.asyncDispose]: async () => undefined,
      }
    },
  }
}

/** Returns the bytes of memory that the process needed more than when it was idle. */
async function runAlone(task: StreamMemoryTask, signal: AbortSignal): Promise<number> {
  const extension = extname(import.meta.url)
  const entry = new URL(`./stream-memory-entry${extension}`, import.meta.url)
  const child = fork(entry, {
    execArgv: [...process.execArgv, '--expose-gc'],
    // Its password is to be in no list of processes.
    env: { ...process.env, HOLDFAST_BENCH_TASK: JSON.stringify(task) },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    signal,
  })
  let bytes: unknown
  child.on('message', (message) => (bytes = message))
  const errors = child.stderr === null ? '' : text(child.stderr)
  const [exitCode] = (await once(child, 'close')) as [number | null]
  if (exitCode === 0 && typeof bytes === 'number') return bytes
  throw new Error(`The process ended with ${exitCode}: ${await errors}`)
}
