import type { PluginId } from '@holdfast/core'
import { BareNode } from './bare-node.ts'
import {
  processesBelow,
  type ProcessState,
  proportionalMemory,
  whenIdle,
} from './child-processes.ts'
import type { HostBench, PluginFolder } from './host-bench.ts'
import type { HostRow, HostRun } from './host-run.ts'
import type { OpenHost } from './open-host.ts'

const gibibyte = 1_073_741_824
const idleMs = 1_000
const usesEach = 25

/** Plugins that were used and are idle. */
interface Idle extends Pick<HostRow, 'name' | 'title' | 'goal'> {
  readonly folder: PluginFolder
  readonly use: (host: OpenHost, plugin: PluginId) => Promise<void>
}

const sample: Omit<Idle, 'title'> = {
  name: 'idle',
  goal: { figure: 'ours', is: 'at least', bound: 70 },
  folder: 'sample',
  async use(host, plugin) {
    await host.call(plugin, 'set-preferences', { user: 'ada', changes: { theme: 'dark' } })
    await host.call(plugin, 'get-preferences', { user: 'ada' })
  },
}

const lean: Omit<Idle, 'title'> = {
  name: 'idle-lean',
  goal: null,
  folder: 'bench',
  async use(host, plugin) {
    await host.call(plugin, 'fill', { bytes: 1_024, count: 1 })
    await host.call(plugin, 'empty')
  },
}

/** How many plugins that were used and are idle fit in a GiB, against Node.js with no code. */
export function idleRows({ idlePlugins }: HostRun): readonly HostRow[] {
  const other = 'by PSS / idle Node.js processes'
  return [
    toPlan({ ...sample, title: `${idlePlugins} idle plugins, ${other}` }, idlePlugins),
    toPlan({ ...lean, title: `${idlePlugins} without a library, ${other}` }, idlePlugins),
  ]
}

function toPlan(idle: Idle, count: number): HostRow {
  const { name, title, goal } = idle
  return {
    name,
    title,
    unit: 'per GiB',
    goal,
    maxRounds: 3,
    async prepare(bench, signal) {
      bench.mustHaveProcesses()
      return {
        ours: () => measurePlugins(idle, bench, count, signal),
        other: () => measureBareNode(count, signal),
        [Symbol.asyncDispose]: async () => undefined,
      }
    },
  }
}

async function measurePlugins(
  { folder, use }: Idle,
  bench: HostBench,
  count: number,
  signal: AbortSignal,
): Promise<number> {
  const plugins = await bench.plugins(folder, count)
  const memory = new Memory()
  await using host = await bench.open(plugins, signal)
  for (const { id } of plugins) {
    for (let uses = 0; uses < usesEach; uses += 1) await use(host, id)
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
