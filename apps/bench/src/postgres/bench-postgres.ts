import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { type MeasureOptions, measureRows, selectRows } from '../measure/measure-rows.ts'
import { drawChart } from '../report/draw-chart.ts'
import { Progress } from '../report/progress.ts'
import { showRows } from '../report/show-rows.ts'
import { toJsonLine } from '../report/to-json-line.ts'
import { isMet, type Row } from '../row.ts'
import { BenchDatabases } from './bench-databases.ts'
import { type BenchRun, fullRun, type PostgresRow, quickRun } from './bench-run.ts'
import { type BenchServer, openBenchServer } from './bench-server.ts'
import { growthRows } from './growth-rows.ts'
import { listRows } from './list-rows.ts'
import { peerRows } from './peer-rows.ts'
import { pgbenchRows } from './pgbench-rows.ts'
import { streamRows } from './stream-rows.ts'

export interface BenchPostgresOptions {
  /** Print a line for each row as soon as it is there, instead of a table at the end. */
  readonly json?: true
  readonly quick?: true
  /** Length of a round. */
  readonly seconds?: number
  /** As {@link selectRows} takes them; default all. */
  readonly only?: readonly string[]
  /** A server to use instead of one of our own. */
  readonly postgresUrl?: string
  /** Where to write a chart. */
  readonly svg?: string
  /** Whether a goal that was not met is a failure. */
  readonly check?: true
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
  const selected = selectRows(allRows(run), options.only ?? [])
  // On so little data, in so little time, nothing was promised.
  const plans = options.quick === true ? selected.map(withoutGoal) : selected
  using progress = new Progress()
  progress.show('starting PostgreSQL')
  await using server = await openBenchServer(options.postgresUrl)
  await using databases = new BenchDatabases(server)
  const onStart: MeasureOptions['onStart'] = ({ title }, index) =>
    progress.show(`${index + 1} of ${plans.length}: ${title}`)
  const rows: Row[] = []
  try {
    for await (const row of measureRows(plans, databases, {
      rounds: run.rounds,
      signal,
      onStart,
    })) {
      rows.push(row)
      if (options.json) print(toJsonLine(row), progress)
    }
  } finally {
    // What was measured before something failed was measured all the same.
    if (!options.json) print(`${showRows(rows)}\n${describe(run, server)}`, progress)
  }
  if (options.svg !== undefined) {
    await mkdir(dirname(options.svg), { recursive: true })
    await writeFile(options.svg, drawChart('PostgreSQL', rows, describe(run, server)))
  }
  return options.check === true && rows.some((row) => isMet(row) === false) ? 1 : 0
}

function allRows(run: BenchRun): readonly PostgresRow[] {
  return [pgbenchRows, peerRows, streamRows, listRows, growthRows].flatMap((toRows) => toRows(run))
}

function withoutGoal(plan: PostgresRow): PostgresRow {
  return { ...plan, goal: null }
}

function describe({ rounds, seconds }: BenchRun, { version }: BenchServer): string {
  const machine = `PostgreSQL ${version}, Node.js ${process.versions.node}, ${availableParallelism()} cores`
  return `${machine}; ${rounds} rounds of ${seconds} s`
}

function print(text: string, progress: Progress): void {
  progress.show('')
  process.stdout.write(`${text}\n`)
}
