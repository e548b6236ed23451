import { setTimeout } from 'node:timers/promises'
import { median } from '../measure/median.ts'
import { BareNode } from './bare-node.ts'
import { processesBelow } from './child-processes.ts'
import type { HostBench } from './host-bench.ts'
import type { HostRow, HostRun } from './host-run.ts'

/** How much later than after its grace a loop is waited for. */
const tooLateMs = 10_000

/** How long after its grace a plugin that loops is gone, and its other callers have their answer. */
export function killRow({ kills }: HostRun): HostRow {
  return {
    name: 'kill',
    title: 'to end a plugin that loops, after its grace / to kill a Node.js that loops',
    unit: 'ms',
    goal: { figure: 'ours', is: 'at most', bound: 50 },
    async prepare(bench, signal) {
      bench.mustHaveProcesses()
      return {
        ours: () => medianOf(kills, () => killPlugin(bench, signal)),
        other: () => medianOf(kills, () => killBareNode(signal)),
        [Symbol.asyncDispose]: async () => undefined,
      }
    },
  }
}

async function medianOf(count: number, measure: () => Promise<number>): Promise<number> {
  const took: number[] = []
  for (let index = 0; index < count; index += 1) took.push(await measure())
  return median(took)
}

async function killPlugin(bench: HostBench, signal: AbortSignal): Promise<number> {
  const { graceMs } = bench
  const plugin = await bench.plugin('bench')
  const { id } = plugin
  const others = new Set(processesBelow().map(({ pid }) => pid))
  await using host = await bench.open([plugin], signal)
  const late = AbortSignal.any([signal, AbortSignal.timeout(graceMs + tooLateMs)])
  const cancellation = new AbortController()
  const hanging = host.start(id, 'hang', {}, late)
  const looping = host.start(id, 'loop', {}, AbortSignal.any([late, cancellation.signal]))
  await hanging.next()
  await looping.next()
  const answered = failure(hanging.next())
  const cancelled = failure(looping.next())
  const start = performance.now()
  cancellation.abort()
  await cancelled
  await setTimeout(graceMs / 2, undefined, { signal })
  const started = processesBelow().filter(({ pid }) => !others.has(pid))
  // None of the others does anything, so that there is no doubt which of them loops.
  const busiest = started.toSorted((one, other) => other.ticks - one.ticks).at(0)
  if (busiest === undefined) throw new Error('No process loops.')
  const ends = await Promise.all([answered, whenGone(busiest.pid, late)])
  const after = Math.max(...ends) - start - graceMs
  if (after < 0) throw new Error(`The loop ended ${-after} ms before its grace.`)
  return after
}

async function killBareNode(signal: AbortSignal): Promise<number> {
  const bare = await BareNode.looping(signal)
  const before = performance.now()
  await bare[Symbol.asyncDispose]()
  return performance.now() - before
}

/** When a call fails. */
async function failure(call: Promise<unknown>): Promise<number> {
  try {
    await call
  } catch {
    return performance.now()
  }
  throw new Error('The call of a plugin that loops has succeeded.')
}

/** When a process has ended. */
async function whenGone(pid: number, signal: AbortSignal): Promise<number> {
  while (isThere(pid)) await setTimeout(1, undefined, { signal })
  return performance.now()
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
