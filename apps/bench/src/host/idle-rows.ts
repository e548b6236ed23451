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
export function idleRows(run: HostRun): readonly HostRow[] {
  const { idlePlugins } = run
  const other = 'by PSS / idle Node.js processes'
  return [
    toPlan({ ...sample, title: `${idlePlugins} idle plugins, ${other}` }, run),
    toPlan({ ...lean, title: `${idlePlugins} without a library, ${other}` }, run),
  ]
}

function toPlan(idle: Idle, run: HostRun): HostRow {
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
        ours: () => measurePlugins(idle, bench, run, signal),
        other: () => measureBareNode(run, signal),
        [Symbol.asyncDispose]: async () => undefined,
      }
    },
  }
}

async function measurePlugins(
  { folder, use }: Idle,
  bench: HostBench,
  run: HostRun,
  signal: AbortSignal,
): Promise<number> {
  const plugins = await bench.plugins(folder, run.idlePlugins)
  const memory = new Memory()
  await using host = await bench.open(plugins, signal)
  for (const { id } of plugins) {
    for (let uses = 0; uses < usesEach; uses += 1) await use(host, id)
  }
  return await memory.perGibibyte(run, signal)
}

async function measureBareNode(run: HostRun, signal: AbortSignal): Promise<number> {
  const memory = new Memory()
  await using stack = new AsyncDisposableStack()
  for (let index = 0; index < run.idlePlugins; index += 1) stack.use(await BareNode.idle(signal))
  return await memory.perGibibyte(run, signal)
}

/** What the processes need that are started from now on. */
class Memory {
  readonly #others = new Set(processesBelow().map(({ pid }) => pid))

  /** Waits until all are idle. Those that are there beside the plugins, such as a warm one, count too. */
  async perGibibyte({ idlePlugins, idleMs }: HostRun, signal: AbortSignal): Promise<number> {
    await whenIdle(() => this.#look(), idleMs, signal)
    const bytes = this.#look().reduce((sum, { pid }) => sum + proportionalMemory(pid), 0)
    return (idlePlugins * gibibyte) / bytes
  }

  #look(): readonly ProcessState[] {
    return processesBelow().filter(({ pid }) => !this.#others.has(pid))
  }
}
