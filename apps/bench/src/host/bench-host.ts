import { availableParallelism } from 'node:os'
import { Progress } from '../report/progress.ts'
import { type BenchOptions, plansOf, runRows } from '../run-rows.ts'
import type { BenchMode } from './bench-modes.ts'
import { callRows } from './call-rows.ts'
import { HostBench } from './host-bench.ts'
import { fullRun, type HostRow, type HostRun, quickRun } from './host-run.ts'
import { idleRows } from './idle-rows.ts'
import { killRow } from './kill-row.ts'
import { startRows } from './start-rows.ts'
import { tickRow } from './tick-row.ts'

export interface BenchHostOptions extends BenchOptions {
  readonly mode: BenchMode
}

/**
 * Measures the host of plugins and prints what it found.
 *
 * @returns what the process is to end with
 */
export async function benchHost(options: BenchHostOptions, signal: AbortSignal): Promise<number> {
  const preset = options.quick === true ? quickRun : fullRun
  const run = { ...preset, seconds: options.seconds ?? preset.seconds }
  const plans = plansOf(allRows(run), options)
  using progress = new Progress()
  await using bench = await HostBench.open(options.mode)
  const { rounds } = run
  const caption = describe(run, bench)
  return await runRows(
    { title: 'Plugins', caption, plans, bench, rounds },
    options,
    progress,
    signal,
  )
}

function allRows(run: HostRun): readonly HostRow[] {
  return [...callRows(run), tickRow(run), ...startRows(run), ...idleRows(run), killRow(run)]
}

function describe({ rounds, seconds }: HostRun, { mode }: HostBench): string {
  const machine = `Node.js ${process.versions.node}, ${availableParallelism()} cores`
  // A host from its source bundles the code of its processes when it is made.
  const from = import.meta.url.endsWith('.ts') ? ', run from source' : ''
  return `Mode ${mode}, store in memory, ${machine}${from}; ${rounds} rounds of ${seconds} s`
}
