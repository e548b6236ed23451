import { availableParallelism } from 'node:os'
import { Progress } from '../report/progress.ts'
import { type BenchOptions, plansOf, runRows } from '../run-rows.ts'
import { BenchDatabases } from './bench-databases.ts'
import { type BenchRun, fullRun, type PostgresRow, quickRun } from './bench-run.ts'
import { type BenchServer, openBenchServer } from './bench-server.ts'
import { growthRows } from './growth-rows.ts'
import { listRows } from './list-rows.ts'
import { peerRows } from './peer-rows.ts'
import { pgbenchRows } from './pgbench-rows.ts'
import { streamRows } from './stream-rows.ts'

export interface BenchPostgresOptions extends BenchOptions {
  /** A server to use instead of one of our own. */
  readonly postgresUrl?: string
}

/**
 * Measures the driver for PostgreSQL and prints what it found.
 *
 * @returns what the process is to end with
 */
export async function benchPostgres(
  options: BenchPostgresOptions,
  signal: AbortSignal,
): Promise<number> {
  const preset = options.quick === true ? quickRun : fullRun
  const run = { ...preset, seconds: options.seconds ?? preset.seconds }
  const plans = plansOf(allRows(run), options)
  using progress = new Progress()
  progress.show('starting PostgreSQL')
  await using server = await openBenchServer(options.postgresUrl)
  await using databases = new BenchDatabases(server)
  const { rounds } = run
  const caption = describe(run, server)
  return await runRows(
    { title: 'PostgreSQL', caption, plans, bench: databases, rounds },
    options,
    progress,
    signal,
  )
}

function allRows(run: BenchRun): readonly PostgresRow[] {
  return [pgbenchRows, peerRows, streamRows, listRows, growthRows].flatMap((toRows) => toRows(run))
}

function describe({ rounds, seconds }: BenchRun, { version }: BenchServer): string {
  const machine = `PostgreSQL ${version}, Node.js ${process.versions.node}, ${availableParallelism()} cores`
  return `${machine}; ${rounds} rounds of ${seconds} s`
}
