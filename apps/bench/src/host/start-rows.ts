import { median } from '../measure/median.ts'
import { runBareNode } from './bare-node.ts'
import { processesBelow, whenIdle } from './child-processes.ts'
import type { HostBench } from './host-bench.ts'
import type { HostRow, HostRun } from './host-run.ts'

/** From nothing, or from a process that is warm, to the end of an empty call. */
export function startRows(run: HostRun): readonly HostRow[] {
  return [
    {
      ...toPlan(run, startCold),
      name: 'start-cold',
      title: 'the first call of a plugin, from no process / node -e 0',
      goal: { figure: 'ratio', is: 'at most', bound: 1.5 },
    },
    {
      ...toPlan(run, startWarm),
      name: 'start-warm',
      title: 'the first call of a plugin, with a warm process / node -e 0',
      goal: { figure: 'ratio', is: 'under', bound: 0.2 },
    },
  ]
}

/** Starts so many times. Returns what each start took, in milliseconds. */
type Start = (bench: HostBench, starts: number, signal: AbortSignal) => Promise<readonly number[]>

function toPlan({ starts }: HostRun, start: Start): Pick<HostRow, 'unit' | 'prepare'> {
  return {
    unit: 'ms',
    async prepare(bench, signal) {
      bench.mustHaveProcesses()
      return {
        ours: async () => median(await start(bench, starts, signal)),
        other: async () => median(await startBareNode(starts, signal)),
        [Symbol.asyncDispose]: async () => undefined,
      }
    },
  }
}

const startCold: Start = async (bench, starts, signal) => {
  const plugin = await bench.plugin('bench')
  const took: number[] = []
  for (let start = 0; start < starts; start += 1) {
    await using host = await bench.open([plugin], signal)
    const before = performance.now()
    await host.call(plugin.id, 'empty')
    took.push(performance.now() - before)
  }
  return took
}

const startWarm: Start = async (bench, starts, signal) => {
  const [first, ...plugins] = await bench.plugins('bench', starts + 1)
  const others = new Set(processesBelow().map(({ pid }) => pid))
  const look = () => processesBelow().filter(({ pid }) => !others.has(pid))
  if (first === undefined) return []
  await using host = await bench.open([first, ...plugins], signal)
  // With the first process that is used, one comes that is not.
  await host.call(first.id, 'empty')
  const took: number[] = []
  for (const { id } of plugins) {
    await whenIdle(look, 100, signal)
    const before = performance.now()
    await host.call(id, 'empty')
    took.push(performance.now() - before)
  }
  return took
}

async function startBareNode(starts: number, signal: AbortSignal): Promise<readonly number[]> {
  const took: number[] = []
  for (let start = 0; start < starts; start += 1) took.push(await runBareNode(signal))
  return took
}
