import { BareNode } from './bare-node.ts'
import {
  processesBelow,
  type ProcessState,
  proportionalMemory,
  whenIdle,
} from './child-processes.ts'
import type { HostBench } from './host-bench.ts'
import type { HostRow, HostRun } from './host-run.ts'

const gibibyte = 1_073_741_824
const callsEach = 25
const idleMs = 1_000

/** How many plugins that were used and are idle fit in a GiB, against Node.js with no code. */
export function idleRow({ idlePlugins }: HostRun): HostRow {
  return {
    name: 'idle',
    title: `${idlePlugins} idle plugins, by PSS / idle Node.js processes`,
    unit: 'per GiB',
    goal: { figure: 'ours', is: 'at least', bound: 70 },
    async prepare(bench, signal) {
      bench.mustHaveProcesses()
      return {
        ours: () => measurePlugins(bench, idlePlugins, signal),
        other: () => measureBareNode(idlePlugins, signal),
        [Symbol.asyncDispose]: async () => undefined,
      }
    },
  }
}

async function measurePlugins(
  bench: HostBench,
  count: number,
  signal: AbortSignal,
): Promise<number> {
  const plugins = await bench.plugins('sample', count)
  const memory = new Memory()
  await using host = await bench.open(plugins, signal)
  for (const { id } of plugins) {
    for (let user = 0; user < callsEach; user += 1) {
      await host.call(id, 'set-preferences', { user: `${user}`, changes: { theme: 'dark' } })
      await host.call(id, 'get-preferences', { user: `${user}` })
    }
  }
  return await memory.perGibibyte(count, signal)
}

async function measureBareNode(count: number, signal: AbortSignal): Promise<number> {
  const memory = new Memory()
  await using stack = new AsyncDisposableStack()
  for (let index = 0; index < count; index += 1) stack.use(await BareNode.idle(signal))
  return await memory.perGibibyte(count, signal)
}

/** What the processes need that are started from now on. */
class Memory {
  readonly #others = new Set(processesBelow().map(({ pid }) => pid))

  /** Waits until all are idle. Those that are there beside the `count`, such as a warm one, count too. */
  async perGibibyte(count: number, signal: AbortSignal): Promise<number> {
    await whenIdle(() => this.#look(), idleMs, signal)
    const bytes = this.#look().reduce((sum, { pid }) => sum + proportionalMemory(pid), 0)
    return (count * gibibyte) / bytes
  }

  #look(): readonly ProcessState[] {
    return processesBelow().filter(({ pid }) => !this.#others.has(pid))
  }
}
